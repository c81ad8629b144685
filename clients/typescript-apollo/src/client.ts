// Queries and mutations go over HTTP, subscriptions over a WebSocket at the same address.

import {
  ApolloClient,
  ApolloLink,
  HttpLink,
  InMemoryCache,
} from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { OperationTypeNode } from "graphql";
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

export const client = new ApolloClient({
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    new HttpLink({ uri: url, headers }),
  ),
  // Whatever has an `id` is kept once, however many answers it came in. Pages of a list are joined
  // if they are of the same contacts in the same order.
  cache: new InMemoryCache({
    typePolicies: {
      Query: {
        fields: {
          contacts: relayStylePagination(["search", "filter", "orderBy"]),
        },
      },
    },
  }),
});
