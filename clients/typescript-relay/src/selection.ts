import assert from "node:assert/strict";
import { graphql } from "relay-runtime";
import type {
  SegmentAddContactsInput,
  selectionAddMutation,
} from "./__generated__/selectionAddMutation.graphql";
import type { selectionBackMutation } from "./__generated__/selectionBackMutation.graphql";
import type { selectionCreateMutation } from "./__generated__/selectionCreateMutation.graphql";
import { quietFor } from "./criteria";
import { done, mutate } from "./environment";

const createMutation = graphql`
  mutation selectionCreateMutation($description: String!) {
    segmentCreate(input: { description: $description }) {
      segment {
        id
        no
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`;

const addMutation = graphql`
  mutation selectionAddMutation($input: SegmentAddContactsInput!) {
    segmentAddContacts(input: $input) {
      effect {
        added
        after
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`;

const backMutation = graphql`
  mutation selectionBackMutation($segmentId: ID!) {
    segmentGoBack(input: { segmentId: $segmentId }) {
      effect {
        removed
        after
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`;

export async function addContacts(input: SegmentAddContactsInput) {
  const answer = await mutate<selectionAddMutation>(addMutation, { input });
  return answer.segmentAddContacts;
}

export async function selection(expected: number) {
  console.log("Selection");
  const { segmentCreate } = await mutate<selectionCreateMutation>(
    createMutation,
    { description: "Quiet readers" },
  );
  const { id, no } = done(segmentCreate).segment!;

  const input = { segmentId: id, criteria: quietFor("P30D") };
  const effect = done(await addContacts(input)).effect!;
  console.log(`  ${no}: ${effect.added} came in, ${effect.after} are there`);
  assert.deepEqual([effect.added, effect.after], [expected, expected]);

  const { segmentGoBack } = await mutate<selectionBackMutation>(backMutation, {
    segmentId: id,
  });
  const undone = done(segmentGoBack).effect!;
  console.log(
    `  a step back: ${undone.removed} went out, ${undone.after} are there`,
  );
  assert.equal(undone.after, 0);
  return id;
}
