// GraphQL over WebSocket: the protocol graphql-transport-ws, spoken by the client graphql-ws.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloseCode,
  GRAPHQL_TRANSPORT_WS_PROTOCOL,
  createClient,
  validateMessage,
} from 'graphql-ws';
import WebSocket from 'ws';
import { changeSegment, createSegment, hears, start, watch } from './server.mjs';

const server = await start();
after(() => server.stop());

const connect = (options) =>
  createClient({ url: server.socket, webSocketImpl: WebSocket, retryAttempts: 0, ...options });

const all = async (results) => {
  const values = [];
  for await (const value of results) values.push(value);
  return values;
};

test('a query gives its result and is complete', async () => {
  const heard = [];
  const client = connect({ on: { message: ({ type }) => heard.push(type) } });

  const results = await all(client.iterate({ query: '{ __typename }' }));

  const extensions = { cost: { requested: 1 } };
  assert.deepEqual(results, [{ data: { __typename: 'Query' }, extensions }]);
  assert.deepEqual(heard, ['connection_ack', 'next', 'complete']);
  await client.dispose();
});

test('a mutation is done', async () => {
  const client = connect();
  const query = 'mutation { segmentCreate(input: {}) { segment { no } userErrors { message } } }';

  const [{ data }] = await all(client.iterate({ query }));

  assert.deepEqual(data.segmentCreate.userErrors, []);
  assert.match(data.segmentCreate.segment.no, /^SM/);
  await client.dispose();
});

test('a request that is refused ends with its errors', async () => {
  const client = connect();
  await assert.rejects(all(client.iterate({ query: '{ nope }' })), ([{ message }]) => {
    return message.includes('nope');
  });
  await client.dispose();
});

test('the pings of a client are answered', async () => {
  let answers = 0;
  const pong = (isHeard) => (answers += isHeard);
  const client = connect({ lazy: false, keepAlive: 50, on: { pong } });
  while (answers < 3) await sleep(20);
  await client.dispose();
});

test('a subscription tells of changes until the client completes it', async () => {
  let heard = [];
  const client = connect({ lazy: false, on: { message: ({ type }) => heard.push(type) } });
  const id = await createSegment(server);
  const watcher = watch(client, id);
  await hears(watcher, server, id, 'one');
  await hears(watcher, server, id, 'two');

  await watcher.return();
  await all(client.iterate({ query: '{ __typename }' }));
  heard = [];
  await changeSegment(server, id, 'three');
  await all(client.iterate({ query: '{ __typename }' }));

  assert.deepEqual(heard, ['next', 'complete'], 'those of the query');
  await client.dispose();
});

test('a client comes back after the server went away', async (t) => {
  const first = await start({ name: 'restarted' });
  t.after(() => first.stop());
  const closed = [];
  const refused = [];
  const client = connect({
    url: first.socket,
    retryAttempts: 100,
    retryWait: () => sleep(100),
    // That nobody listens is no close of a connection, and by default nothing to try again after.
    shouldRetry: () => true,
    on: {
      closed: ({ code }) => closed.push(code),
      error: ({ message }) => refused.push(message),
    },
  });
  const id = await createSegment(first);
  const watcher = watch(client, id);
  await hears(watcher, first, id, 'before');

  await first.stop();
  while (refused.length < 2) await sleep(20);
  const second = await start({ name: 'restarted', port: first.port });
  t.after(() => second.stop());

  await hears(watcher, second, id, 'after');
  assert.equal(closed[0], 1001);
  for (const message of refused) assert.match(message, /ECONNREFUSED/);
  await client.dispose();
});

/** The code with which the server closes, if it does so soon after these messages. */
async function codeAfter(messages, wait) {
  const socket = new WebSocket(server.socket, GRAPHQL_TRANSPORT_WS_PROTOCOL);
  await once(socket, 'open');
  const closed = once(socket, 'close');
  for (const message of messages) socket.send(JSON.stringify(message));
  const [code] = await Promise.race([closed, sleep(wait, [], { ref: false })]);
  socket.terminate();
  return code;
}

const init = { type: 'connection_init' };
const subscribe = {
  type: 'subscribe',
  id: 'a',
  payload: { query: 'subscription { interactionLogged { interaction { id } } }' },
};

for (const [messages, code] of [
  [[init, { type: 'nonsense' }], CloseCode.BadRequest],
  [[subscribe], CloseCode.Unauthorized],
  [[], CloseCode.ConnectionInitialisationTimeout],
  [[init, subscribe, subscribe], CloseCode.SubscriberAlreadyExists],
  [[init, init], CloseCode.TooManyInitialisationRequests],
]) {
  const said = messages.map(({ type }) => type).join(', ') || 'nothing';
  test(`who says ${said} is sent away with ${code}`, async () => {
    assert.equal(await codeAfter(messages, 20_000), code);
  });
}

/** Messages of all types, right and wrong. */
function* messages() {
  const details = [undefined, null, {}, { a: 1 }, [], 'text', 5];
  for (const type of ['connection_init', 'ping', 'pong']) {
    for (const payload of details) yield { type, payload };
  }
  for (const id of [undefined, null, '', 5, 'b']) {
    yield { type: 'complete', id };
    yield { ...subscribe, id };
  }
  const { payload } = subscribe;
  for (const it of details) {
    yield { ...subscribe, payload: { ...payload, variables: it } };
    yield { ...subscribe, payload: { ...payload, extensions: it } };
  }
  for (const operationName of [null, 5]) {
    yield { ...subscribe, payload: { ...payload, operationName } };
  }
  for (const query of [undefined, null, 5, {}]) yield { ...subscribe, payload: { query } };
  yield* [{ ...subscribe, payload: undefined }, {}, [], null, 5, 'text'];
}

test('a message is as good to the server as to graphql-ws', async () => {
  const isGood = (message) => {
    try {
      return Boolean(validateMessage(message));
    } catch {
      return false;
    }
  };
  const checks = [...messages()].map(async (message) => {
    const begun = message?.type === 'connection_init' ? [message] : [init, message];
    const code = await codeAfter(begun, 1_000);
    assert.equal(code, isGood(message) ? undefined : CloseCode.BadRequest, JSON.stringify(message));
  });
  await Promise.all(checks);
});
