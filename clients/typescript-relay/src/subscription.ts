import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { graphql, requestSubscription } from "relay-runtime";
import type { subscriptionChangeSubscription } from "./__generated__/subscriptionChangeSubscription.graphql";
import { quietFor } from "./criteria";
import { done, environment } from "./environment";
import { addContacts } from "./selection";

const changeSubscription = graphql`
  subscription subscriptionChangeSubscription($id: ID!) {
    segmentChanged(id: $id) {
      segment {
        no
        contactsCount
      }
    }
  }
`;

export async function subscription(id: string, expected: number) {
  console.log("Subscription");
  const change = firstChange(id);
  // The server does not say when it has begun to watch.
  await sleep(1000);
  done(await addContacts({ segmentId: id, criteria: quietFor("P30D") }));
  const segment = (await change).segmentChanged.segment!;
  console.log(
    `  told that ${segment.no} has ${segment.contactsCount} contacts now`,
  );
  assert.equal(segment.contactsCount, expected);
}

function firstChange(id: string) {
  return new Promise<subscriptionChangeSubscription["response"]>(
    (resolve, reject) => {
      const late = () => reject(new Error("Nothing came within ten seconds."));
      setTimeout(late, 10_000).unref();
      requestSubscription<subscriptionChangeSubscription>(environment, {
        subscription: changeSubscription,
        variables: { id },
        onNext: (change) => resolve(change!),
        onError: reject,
      });
    },
  );
}
