// Lists contacts, previews criteria, selects, watches a segment, and shows a mistake.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { AnyVariables, OperationResult } from "@urql/core";
import { pipe, take, toPromise } from "wonka";
import { client, socket, url } from "./client";
import type { ContactCriteria, MistakeFragment } from "./gql/graphql";
import {
  AddContacts,
  Contacts,
  CreateSegment,
  GoBack,
  PreviewCriteria,
  SegmentChanged,
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
  const page = data(await client.query(Contacts, { first: 3 })).contacts;
  assert(page.pageInfo.hasNextPage);
  const next = data(
    await client.query(Contacts, { first: 3, after: page.pageInfo.endCursor }),
  ).contacts;
  const contacts = [...page.nodes, ...next.nodes];
  for (const { no, name } of contacts) {
    console.log(`  ${no}  ${name ?? "(hidden)"}`);
  }
  console.log(`  … of ${page.totalCount}`);
  assert.equal(new Set(contacts.map(({ id }) => id)).size, 6);
}

async function criteria() {
  console.log("Criteria");
  const variables = { criteria: quietFor("P30D") };
  const { text, funnel, selected } = done(
    data(await client.query(PreviewCriteria, variables)).criteriaPreview,
  );
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
  const { segmentCreate } = data(
    await client.mutation(CreateSegment, { description: "Quiet readers" }),
  );
  const { id, no } = done(segmentCreate).segment!;

  const input = { segmentId: id, criteria: quietFor("P30D") };
  const added = data(await client.mutation(AddContacts, { input }));
  const effect = done(added.segmentAddContacts).effect!;
  console.log(`  ${no}: ${effect.added} came in, ${effect.after} are there`);
  assert.deepEqual([effect.added, effect.after], [expected, expected]);

  const back = data(await client.mutation(GoBack, { segmentId: id }));
  const undone = done(back.segmentGoBack).effect!;
  console.log(
    `  a step back: ${undone.removed} went out, ${undone.after} are there`,
  );
  assert.equal(undone.after, 0);
  return id;
}

async function subscription(id: string, expected: number) {
  console.log("Subscription");
  const change = pipe(
    client.subscription(SegmentChanged, { id }),
    take(1),
    toPromise,
  );
  // The server does not say when it has begun to watch.
  await sleep(1000);
  const input = { segmentId: id, criteria: quietFor("P30D") };
  done(data(await client.mutation(AddContacts, { input })).segmentAddContacts);
  const segment = data(await soon(change)).segmentChanged.segment!;
  console.log(
    `  told that ${segment.no} has ${segment.contactsCount} contacts now`,
  );
  assert.equal(segment.contactsCount, expected);
}

async function error(id: string) {
  console.log("Error");
  const input = { segmentId: id, criteria: quietFor("30 days") };
  const { userErrors } = data(
    await client.mutation(AddContacts, { input }),
  ).segmentAddContacts;
  const { path, code, message } = userErrors[0]!;
  const value = valueAt(path, { input });
  console.log(`  ${path.join(".")}`);
  console.log(`  ${path.at(-1)}: "${value}"  ← ${code}: ${message}`);
  assert.equal(value, "30 days");
}

/** What was sent as the field that the path names. */
function valueAt(path: string[], sent: unknown): unknown {
  return path.reduce(
    (value, key) => (value as Record<string, unknown>)[key],
    sent,
  );
}

/** What comes within ten seconds. */
function soon<T>(promise: Promise<T>): Promise<T> {
  const late = async () => {
    await sleep(10_000, undefined, { ref: false });
    assert.fail("Nothing came within ten seconds.");
  };
  return Promise.race([promise, late()]);
}

/** The answer, if the request got one. */
function data<T, V extends AnyVariables>(result: OperationResult<T, V>): T {
  if (result.error) throw result.error;
  return result.data!;
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
