// Starts the server under test, on a free port of this machine and with a database of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const folder = mkdtempSync(join(tmpdir(), 'urval-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
// Whoever ends the tests ends the servers, too.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

/** A server that is ready for requests. The same name is the same database, in each test file. */
export async function start({ name = 'one', port = 0 } = {}) {
  const database = `sqlite://${join(folder, name)}.db`;
  const server = spawn(
    process.env.URVAL,
    ['serve', '--listen', `127.0.0.1:${port}`, '--database-url', database],
    { env: { RUST_LOG: 'warn' }, stdio: ['ignore', 'inherit', 'pipe'] },
  );
  const kill = () => server.kill('SIGKILL');
  process.prependListener('exit', kill);
  const host = await new Promise((resolve, reject) => {
    createInterface(server.stderr).on('line', (line) => {
      const listens = line.match(/^Urval listens on http:\/\/([^/]+)/);
      if (listens) resolve(listens[1]);
      else console.error(line);
    });
    server.on('error', reject);
    server.on('exit', (code) => reject(new Error(`The server ended at once, with ${code}.`)));
  });
  while ((await fetch(`http://${host}/readyz`)).status !== 200) await sleep(50);
  return {
    url: `http://${host}/graphql`,
    socket: `ws://${host}/graphql`,
    port: Number(host.split(':')[1]),
    pid: server.pid,
    async stop() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      server.kill('SIGTERM');
      await once(server, 'exit');
      process.off('exit', kill);
    },
  };
}

/** The data that a request gives. */
export async function ask(server, query, variables) {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** A new segment: its id. */
export async function createSegment(server) {
  const query = 'mutation { segmentCreate(input: {}) { segment { id } } }';
  return (await ask(server, query)).segmentCreate.segment.id;
}

/** Gives a segment another description. */
export async function changeSegment(server, segmentId, description) {
  const query = `mutation ($input: SegmentUpdateInput!) {
    segmentUpdate(input: $input) { segment { description } userErrors { message } }
  }`;
  const { segmentUpdate } = await ask(server, query, { input: { segmentId, description } });
  assert.deepEqual(segmentUpdate, { segment: { description }, userErrors: [] });
}

/** Subscribes to a segment with a client of the package graphql-ws. */
export function watch(client, id) {
  const query = 'subscription ($id: ID) { segmentChanged(id: $id) { segment { description } } }';
  return client.iterate({ query, variables: { id } });
}

/** Changes a segment until its watcher hears of it, for a subscription takes a moment to begin. */
export async function hears(watcher, server, id, description) {
  let hearing = watcher.next();
  for (;;) {
    await changeSegment(server, id, description);
    const heard = await Promise.race([hearing, sleep(200)]);
    if (heard?.value.data.segmentChanged.segment.description === description) return;
    if (heard) hearing = watcher.next();
  }
}
