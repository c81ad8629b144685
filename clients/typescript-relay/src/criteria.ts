import assert from "node:assert/strict";
import { graphql } from "relay-runtime";
import type {
  ContactCriteria,
  criteriaPreviewQuery,
} from "./__generated__/criteriaPreviewQuery.graphql";
import { done, query } from "./environment";

const previewQuery = graphql`
  query criteriaPreviewQuery($criteria: ContactCriteria!) {
    criteriaPreview(input: { criteria: $criteria }) {
      text
      funnel {
        text
        matches
      }
      selected {
        count
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`;

/** People in Norway or Sweden, or with the newsletter, who had no interaction for a while. */
export const quietFor = (duration: string): ContactCriteria => ({
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

export async function criteria() {
  console.log("Criteria");
  const { criteriaPreview } = await query<criteriaPreviewQuery>(previewQuery, {
    criteria: quietFor("P30D"),
  });
  const { text, funnel, selected } = done(criteriaPreview);
  console.log(`  ${text}`);
  for (const step of funnel!) {
    console.log(`  ${String(step.matches).padStart(5)}  ${step.text}`);
  }
  console.log(`  ${String(selected!.count).padStart(5)}  would be selected`);
  assert.equal(funnel!.length, 3);
  assert(0 < selected!.count);
  return selected!.count;
}
