// Lists contacts, previews criteria, selects, watches a segment, and shows a mistake.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { firstValueFrom, timeout } from "rxjs";
import { client, socket, url } from "./client";
import type { ContactCriteria, MistakeFragment } from "./gql/graphql";
import {
  AddContacts,
  Contacts,
  CreateSegment,
  GoBack,
  PreviewCriteria,
  SegmentChanged,
  Segments,
} from "./operations";

/** People in Norway or Sweden, or with the newsletter, who had no interaction for a while. */
const quietFor = (duration: string): ContactCriteria => ({
  all: [
    { type: { eq: "PERSON" } },
    {
      any: [
        { country: { in: ["NO", "SE"] } },
        { mailingGroups: { hasAny: ["NEWS"] } },
      ],
    },
    { not: { interactions: { within: { inLast: duration } } } },
  ],
});

async function list() {
  console.log("List");
  const firstPage = { query: Contacts, variables: { first: 3 } };
  const { pageInfo } = (await client.query(firstPage)).data!.contacts;
  assert(pageInfo.hasNextPage);

  // What a screen would show: it takes in the next page by itself.
  const screen = client.watchQuery(firstPage);
  const shown = screen.subscribe({});
  await screen.fetchMore({ variables: { after: pageInfo.endCursor } });
  const { edges, totalCount } = client.readQuery(firstPage)!.contacts;
  shown.unsubscribe();
  for (const { node } of edges) {
    console.log(`  ${node.no}  ${node.name ?? "(hidden)"}`);
  }
  console.log(`  … of ${totalCount}`);
  assert.equal(new Set(edges.map(({ node }) => node.id)).size, 6);
}

async function criteria() {
  console.log("Criteria");
  const { data } = await client.query({
    query: PreviewCriteria,
    variables: { criteria: quietFor("P30D") },
  });
  const { text, funnel, selected } = done(data!.criteriaPreview);
  console.log(`  ${text}`);
  for (const step of funnel!) {
    console.log(`  ${String(step.matches).padStart(5)}  ${step.text}`);
  }
  console.log(`  ${String(selected!.count).padStart(5)}  would be selected`);
  assert.equal(funnel!.length, 3);
  assert(0 < selected!.count);
  return selected!.count;
}

async function selection(expected: number) {
  console.log("Selection");
  const created = await client.mutate({
    mutation: CreateSegment,
    variables: { description: "Quiet readers" },
  });
  const { id, no } = done(created.data!.segmentCreate).segment!;
  await client.query({ query: Segments });
  assert.equal(listedCount(id), 0);

  const added = await client.mutate({
    mutation: AddContacts,
    variables: { input: { segmentId: id, criteria: quietFor("P30D") } },
  });
  const effect = done(added.data!.segmentAddContacts).effect!;
  console.log(`  ${no}: ${effect.added} came in, ${effect.after} are there`);
  console.log(`  the list of segments says ${listedCount(id)}, unasked`);
  assert.deepEqual([effect.added, effect.after], [expected, expected]);
  assert.equal(listedCount(id), expected);

  const back = await client.mutate({
    mutation: GoBack,
    variables: { segmentId: id },
  });
  const undone = done(back.data!.segmentGoBack).effect!;
  console.log(
    `  a step back: ${undone.removed} went out, ${undone.after} are there`,
  );
  assert.equal(undone.after, 0);
  assert.equal(listedCount(id), 0);
  return id;
}

async function subscription(id: string, expected: number) {
  console.log("Subscription");
  const changes = client.subscribe({
    query: SegmentChanged,
    variables: { id },
  });
  const change = firstValueFrom(changes.pipe(timeout(10_000)));
  // The server does not say when it has begun to watch.
  await sleep(1000);
  const added = await client.mutate({
    mutation: AddContacts,
    variables: { input: { segmentId: id, criteria: quietFor("P30D") } },
  });
  done(added.data!.segmentAddContacts);
  const segment = (await change).data!.segmentChanged.segment!;
  console.log(
    `  told that ${segment.no} has ${segment.contactsCount} contacts now`,
  );
  assert.equal(segment.contactsCount, expected);
}

async function error(id: string) {
  console.log("Error");
  const input = { segmentId: id, criteria: quietFor("30 days") };
  const { data } = await client.mutate({
    mutation: AddContacts,
    variables: { input },
  });
  const { path, code, message } = data!.segmentAddContacts.userErrors[0]!;
  const value = valueAt(path, { input });
  console.log(`  ${path.join(".")}`);
  console.log(`  ${path.at(-1)}: "${value}"  ← ${code}: ${message}`);
  assert.equal(value, "30 days");
}

/** How many contacts a segment has in the list of segments, as the cache holds it. */
function listedCount(id: string): number | undefined {
  const { nodes } = client.readQuery({ query: Segments })!.segments;
  return nodes.find((segment) => segment.id === id)?.contactsCount;
}

/** What was sent as the field that the path names. */
function valueAt(path: string[], sent: unknown): unknown {
  return path.reduce(
    (value, key) => (value as Record<string, unknown>)[key],
    sent,
  );
}

/** The payload, if there was nothing to put right. */
function done<T extends { userErrors: MistakeFragment[] }>(payload: T): T {
  assert.deepEqual(payload.userErrors, []);
  return payload;
}

try {
  await list();
  const count = await criteria();
  const id = await selection(count);
  await subscription(id, count);
  await error(id);
} catch (error) {
  console.error(`${url}: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  await socket.dispose();
}
