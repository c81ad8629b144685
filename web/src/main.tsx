// The explorer: GraphiQL, told where the API is and what to show first.

import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './style.css';

import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';

import { examples } from './examples';

// Relative to the page, which may be served under a path of its own.
const api = new URL('graphql', document.baseURI);
const socket = new URL(api);
socket.protocol = api.protocol === 'https:' ? 'wss:' : 'ws:';

const fetcher = createGraphiQLFetcher({ url: api.href, subscriptionUrl: socket.href });

const root = document.getElementById('explorer');
if (root) {
  createRoot(root).render(
    <GraphiQL fetcher={fetcher} defaultTabs={examples} defaultEditorToolsVisibility="variables">
      <GraphiQL.Logo>
        <span className="urval">
          urval<span className="urval-room">explorer</span>
        </span>
      </GraphiQL.Logo>
    </GraphiQL>,
  );
}
