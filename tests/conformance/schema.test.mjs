// schema.graphql: its form, what clients see of it, and that no change breaks them unannounced.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { ESLint } from 'eslint';
import { buildClientSchema, buildSchema, getIntrospectionQuery, printSchema } from 'graphql';
import { ask, start } from './server.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file) => readFileSync(`${root}/${file}`, 'utf8');

test('the schema has the form that tools expect', async () => {
  const overrideConfigFile = fileURLToPath(new URL('eslint.config.mjs', import.meta.url));
  const eslint = new ESLint({ cwd: root, overrideConfigFile });
  const [{ messages }] = await eslint.lintFiles('schema.graphql');
  const lines = messages.map(({ line, ruleId, message }) => `${line} ${ruleId}: ${message}`);
  assert.deepEqual(lines, []);
});

test('introspection shows the same schema', async () => {
  const server = await start();
  const options = { specifiedByUrl: true, inputValueDeprecation: true, oneOf: true };
  const shown = buildClientSchema(await ask(server, getIntrospectionQuery(options)));
  await server.stop();
  const changes = await diff(buildSchema(read('schema.graphql')), buildSchema(printSchema(shown)));
  assert.deepEqual(changes.map(({ message }) => message), []);
});

/** What breaks clients; nothing if the news say, under "Breaking", that something does. */
async function breaks(before, now, news) {
  const isBreaking = ({ criticality }) => criticality.level === CriticalityLevel.Breaking;
  const changes = (await diff(buildSchema(before), buildSchema(now))).filter(isBreaking);
  return /^### Breaking$/m.test(news) ? [] : changes.map(({ message }) => message);
}

test('a field that goes has to be announced', async () => {
  const [before, now] = ['type Query { a: Int, b: Int }', 'type Query { a: Int }'];
  const [gone, ...others] = await breaks(before, now, '### Added\n');
  assert.match(gone, /'b' was removed/);
  assert.deepEqual(others, []);
  assert.deepEqual(await breaks(before, now, '### Breaking\n\n- No `b`.\n'), []);
  assert.deepEqual(await breaks(now, before, '### Added\n'), []);
});

test('no client breaks unannounced', async (t) => {
  const git = (...args) => {
    try {
      return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
    } catch {
      return undefined;
    }
  };
  const tag = git('describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*');
  const base = tag ?? git('merge-base', 'HEAD', 'origin/main') ?? git('merge-base', 'HEAD', 'main');
  const before = base && git('show', `${base}:schema.graphql`);
  if (!before) return t.skip('NOT CHECKED: there is neither a release nor a main branch here.');
  // All that stands above the release in the changelog is news; without a release, all of it.
  const [news] = read('CHANGELOG.md').split(`\n## [${tag?.slice(1)}]`);
  assert.deepEqual(await breaks(before, read('schema.graphql'), news), []);
});
