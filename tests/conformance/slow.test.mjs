// A subscriber that reads nothing: cut off, with little kept for it, and nobody else has to wait.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { changeSegment, createSegment, hears, start, watch } from './server.mjs';

/** The server waits 20 s for a client to take a message, once all buffers on the way are full. */
const PATIENCE_MS = 30_000;
/** What a connection may cost the server at most; what there is to tell this one is more. */
const KEPT_MIB_MAX = 64;
const OPERATIONS = 32;
const COPIES = 60;
const DESCRIPTION_CHARACTERS = 250;

const server = await start();
after(() => server.stop());

/** Memory of the server in MiB; where the system does not tell it in this way, nothing. */
function memory() {
  const status = `/proc/${server.pid}/status`;
  if (!existsSync(status)) return 0;
  return Number(readFileSync(status, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024;
}

const description = (change) => `${change} `.padEnd(DESCRIPTION_CHARACTERS, 'x');

test('a slow subscriber is cut off', async () => {
  const id = await createSegment(server);
  const slow = new WebSocket(server.socket, GRAPHQL_TRANSPORT_WS_PROTOCOL);
  let heard = 0;
  slow.on('message', () => (heard += 1));
  await once(slow, 'open');
  slow.send(JSON.stringify({ type: 'connection_init' }));
  const copies = Array.from({ length: COPIES }, (_, copy) => `copy${copy}: description`);
  const query = `subscription { segmentChanged { segment { ${copies.join(' ')} } } }`;
  for (let id = 0; id < OPERATIONS; id += 1) {
    slow.send(JSON.stringify({ type: 'subscribe', id: `${id}`, payload: { query } }));
  }
  while (heard <= OPERATIONS) {
    await changeSegment(server, id, description('first'));
    await sleep(50);
  }
  const client = createClient({ url: server.socket, webSocketImpl: WebSocket });
  const watcher = watch(client, id);

  slow.pause();
  heard = 0;
  const before = memory();
  const end = Date.now() + PATIENCE_MS;
  let changes = 0;
  while (Date.now() < end) {
    await hears(watcher, server, id, description(changes));
    changes += 1;
    await sleep(10);
  }
  const kept = memory() - before;
  slow.resume();
  const [code] = await once(slow, 'close');

  assert.equal(code, 1006, 'broken off: a word of goodbye would have to wait as well');
  const sentMiB = (changes * OPERATIONS * COPIES * DESCRIPTION_CHARACTERS) / 2 ** 20;
  assert.ok(KEPT_MIB_MAX < sentMiB, `only ${sentMiB} MiB were there to be told`);
  assert.ok(kept < KEPT_MIB_MAX, `${kept} MiB are kept`);
  assert.ok(heard < changes * OPERATIONS, `${heard} messages came, of ${changes} changes`);
  await client.dispose();
});
