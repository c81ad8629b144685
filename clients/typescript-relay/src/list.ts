import assert from "node:assert/strict";
import { graphql } from "relay-runtime";
import { waitForFragmentData } from "relay-runtime/experimental";
import cardQuery, {
  type listCardQuery,
} from "./__generated__/listCardQuery.graphql";
import nextPageQuery, {
  type listNextPageQuery,
} from "./__generated__/listNextPageQuery.graphql";
import type { listQuery } from "./__generated__/listQuery.graphql";
import type { list_card$key } from "./__generated__/list_card.graphql";
import type { list_contacts$key } from "./__generated__/list_contacts.graphql";
import { environment, query } from "./environment";

const firstPageQuery = graphql`
  query listQuery {
    ...list_contacts
  }
`;

// The pages of a connection are joined in the store, under its key.
const contactsFragment = graphql`
  fragment list_contacts on Query
  @argumentDefinitions(
    first: { type: "Int", defaultValue: 3 }
    after: { type: "String" }
  )
  @refetchable(queryName: "listNextPageQuery") {
    contacts(first: $first, after: $after) @connection(key: "list_contacts") {
      totalCount
      edges {
        node {
          id
          ...list_card
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

// The query that reads a single contact again, by way of `node`, is made by the compiler.
const cardFragment = graphql`
  fragment list_card on Contact @refetchable(queryName: "listCardQuery") {
    no
    name
  }
`;

const contactsOf = async (query: list_contacts$key) =>
  (await waitForFragmentData(environment, contactsFragment, query)).contacts;

const cardOf = (contact: list_card$key) =>
  waitForFragmentData(environment, cardFragment, contact);

export async function list() {
  console.log("List");
  const root = await query<listQuery>(firstPageQuery, {});
  const { pageInfo } = await contactsOf(root);
  assert(pageInfo.hasNextPage);

  await query<listNextPageQuery>(nextPageQuery, { after: pageInfo.endCursor });
  const { edges, totalCount } = await contactsOf(root);
  for (const { node } of edges) {
    const { no, name } = await cardOf(node);
    console.log(`  ${no}  ${name ?? "(hidden)"}`);
  }
  console.log(`  … of ${totalCount}`);
  assert.equal(new Set(edges.map(({ node }) => node.id)).size, 6);

  const { id } = edges[0]!.node;
  const { node } = await query<listCardQuery>(cardQuery, { id });
  console.log(`  ${(await cardOf(node!)).no} once more, by its id`);
}
