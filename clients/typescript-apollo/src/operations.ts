import { graphql } from "./gql";

export const Contacts = graphql(`
  query Contacts($first: Int!, $after: String) {
    contacts(first: $first, after: $after) {
      totalCount
      edges {
        node {
          id
          no
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const Segments = graphql(`
  query Segments {
    segments(first: 10) {
      nodes {
        id
        no
        contactsCount
      }
    }
  }
`);

export const PreviewCriteria = graphql(`
  query PreviewCriteria($criteria: ContactCriteria!) {
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
        ...Mistake
      }
    }
  }
`);

export const CreateSegment = graphql(`
  mutation CreateSegment($description: String!) {
    segmentCreate(input: { description: $description }) {
      segment {
        id
        no
      }
      userErrors {
        ...Mistake
      }
    }
  }
`);

export const AddContacts = graphql(`
  mutation AddContacts($input: SegmentAddContactsInput!) {
    segmentAddContacts(input: $input) {
      segment {
        id
        contactsCount
      }
      effect {
        ...Effect
      }
      userErrors {
        ...Mistake
      }
    }
  }
`);

export const GoBack = graphql(`
  mutation GoBack($segmentId: ID!) {
    segmentGoBack(input: { segmentId: $segmentId }) {
      segment {
        id
        contactsCount
      }
      effect {
        ...Effect
      }
      userErrors {
        ...Mistake
      }
    }
  }
`);

export const SegmentChanged = graphql(`
  subscription SegmentChanged($id: ID!) {
    segmentChanged(id: $id) {
      segment {
        id
        no
        contactsCount
      }
    }
  }
`);

graphql(`
  fragment Effect on SelectionEffect {
    before
    added
    removed
    after
  }
`);

graphql(`
  fragment Mistake on UserError {
    code
    message
    path
  }
`);
