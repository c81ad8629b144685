import { defineConfig } from 'vite';

// `npm run dev` serves the explorer alone and passes requests on to a running server.
const server = process.env.URVAL_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  // Relative, so that the explorer also works behind a proxy that serves it under a path.
  base: './',
  build: {
    // Fonts and images stay files, which the browser can cache for good.
    assetsInlineLimit: 0,
    // Monaco is one big chunk; splitting it would not make the explorer start sooner.
    chunkSizeWarningLimit: 8192,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  server: { proxy: { '/graphql': { target: server, ws: true } } },
});
