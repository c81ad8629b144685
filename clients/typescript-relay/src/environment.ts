// Queries and mutations go over HTTP, subscriptions over a WebSocket at the same address.

import assert from "node:assert/strict";
import { createClient } from "graphql-ws";
import {
  commitMutation,
  Environment,
  fetchQuery,
  type GraphQLResponse,
  type GraphQLTaggedNode,
  type MutationParameters,
  Network,
  Observable,
  type OperationType,
  RecordSource,
  Store,
} from "relay-runtime";
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

export const environment = new Environment({
  store: new Store(new RecordSource()),
  network: Network.create(
    async ({ text }, variables) => {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ query: text, variables }),
      });
      return response.json();
    },
    ({ text }, variables) =>
      Observable.create<GraphQLResponse>((sink) =>
        socket.subscribe(
          { query: text!, variables },
          { ...sink, next: (answer) => sink.next(answer as GraphQLResponse) },
        ),
      ),
  ),
});

/** The answer to a query. */
export async function query<T extends OperationType>(
  document: GraphQLTaggedNode,
  variables: T["variables"],
): Promise<T["response"]> {
  const answer = fetchQuery<T>(environment, document, variables);
  return (await answer.toPromise())!;
}

/** The answer to a mutation. */
export function mutate<T extends MutationParameters>(
  mutation: GraphQLTaggedNode,
  variables: T["variables"],
): Promise<T["response"]> {
  return new Promise((resolve, reject) => {
    commitMutation<T>(environment, {
      mutation,
      variables,
      onCompleted: resolve,
      onError: reject,
    });
  });
}

/** The payload, if there was nothing to put right. */
export function done<T extends { userErrors: readonly object[] }>(payload: T) {
  assert.deepEqual(payload.userErrors, []);
  return payload;
}
