// GraphQL over HTTP: every audit of the package graphql-http, whether of a MUST, a SHOULD or a MAY.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { serverAudits } from 'graphql-http';
import { start } from './server.mjs';

const server = await start();
after(() => server.stop());

const audits = serverAudits({ url: server.url });

test('these are all audits', () => {
  assert.ok(60 <= audits.length, `${audits.length} audits`);
});

for (const audit of audits) {
  test(`${audit.id} ${audit.name}`, async () => {
    const { status, reason } = await audit.fn();
    assert.equal(status, 'ok', reason);
  });
}
