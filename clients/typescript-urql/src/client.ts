// Queries and mutations go over HTTP, subscriptions over a WebSocket at the same address.

import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";
// Node.js 22 and browsers have a WebSocket of their own.
import WebSocket from "ws";

export const url = process.env.URVAL_URL ?? "http://127.0.0.1:8080/graphql";
// Only a server that asks who you are needs one.
const token = process.env.URVAL_TOKEN;
const headers = token ? { Authorization: `Bearer ${token}` } : undefined;

export const socket = createClient({
  url: url.replace(/^http/, "ws"),
  webSocketImpl: WebSocket,
  // A browser can't send headers with a WebSocket: its first message has them.
  connectionParams: headers,
  // A server that is being started again listens to nobody for a moment.
  shouldRetry: () => true,
});

export const client = new Client({
  url,
  preferGetMethod: false,
  fetchOptions: { headers },
  exchanges: [
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query = "", variables }) => ({
        subscribe: (sink) => ({
          unsubscribe: socket.subscribe({ query, variables }, sink),
        }),
      }),
    }),
  ],
});
