// Queries and mutations go over HTTP, subscriptions over a WebSocket at the same address.

import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";
// Node.js 22 and browsers have a WebSocket of their own.
import WebSocket from "ws";

const url = process.env.URVAL_URL ?? "http://127.0.0.1:8080/graphql";

export const socket = createClient({
  url: url.replace(/^http/, "ws"),
  webSocketImpl: WebSocket,
});

export const client = new Client({
  url,
  preferGetMethod: false,
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
