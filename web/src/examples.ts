// The tabs a first visitor sees: one task each, in the order one would do them.

type Example = { query: string; variables?: string };

export const examples: Example[] = [
  {
    // Lines are short enough for half of a small screen.
    query: `# Contacts by the beginnings of words.
# Press Ctrl+Enter, or the arrow, to run it.
query SearchContacts($search: String = "an") {
  contacts(search: $search, first: 10) {
    totalCount
    nodes {
      no
      type
      name
      city
      country {
        code
      }
      company {
        name
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
  },
  {
    query: `# Look before you leap: how many remain
# after each condition, and some of them.
query PreviewCriteria($criteria: ContactCriteria!) {
  criteriaPreview(input: { criteria: $criteria }) {
    selected {
      count
      contacts(first: 5) {
        nodes {
          no
          name
          city
        }
      }
    }
    funnel {
      text
      matches
    }
    userErrors {
      code
      message
      path
    }
  }
}
`,
    variables: `{
  "criteria": {
    "all": [
      { "type": { "eq": "PERSON" } },
      {
        "any": [
          { "mailingGroups": { "hasAny": ["NEWS"] } },
          { "email": { "isEmpty": false } }
        ]
      },
      { "not": { "interactions": { "within": { "inLast": "P30D" } } } }
    ]
  }
}`,
  },
  {
    query: `# Criteria as text: what it means, or what is
# wrong with it, and where. Take a word away,
# or write one wrong.
query ReadCriteria($text: String!) {
  criteriaParse(input: { text: $text }) {
    text
    criteria
    filters {
      field
      expression
    }
    diagnostics {
      severity
      message
      line
      column
      length
      expected
      suggestion
    }
  }
  criteriaPreview(input: { criteria: { text: $text } }) {
    selected {
      count
    }
  }
}
`,
    variables: `{
  "text": "country in (SE, NO) and Post Code matches '1*' and not mailing_group has NEWS"
}`,
  },
  {
    query: `# What is asked about people, and how
# many of them gave each answer.
query Questionnaire($code: String!) {
  profileQuestionnaire(code: $code) {
    description
    contactType
    questions {
      description
      multipleAnswers
      answers {
        key
        description
        contactsCount
      }
    }
  }
}
`,
    variables: `{
  "code": "PERSON"
}`,
  },
  {
    query: `# Run CreateSegment, put its id into the
# variables, and run AddContacts: first dry,
# to see the effect, then with dryRun false.
mutation CreateSegment {
  segmentCreate(
    input: {
      description: "Spring newsletter"
      interactionTemplate: "NEWSLETTER"
    }
  ) {
    segment {
      id
      no
      status
    }
    userErrors {
      code
      message
      path
    }
  }
}

mutation AddContacts(
  $segment: ID!
  $criteria: ContactCriteria!
  $dryRun: Boolean!
) {
  segmentAddContacts(
    input: {
      segmentId: $segment
      criteria: $criteria
      dryRun: $dryRun
    }
  ) {
    segment {
      no
      contactsCount
    }
    effect {
      before
      after
      added
      alreadyMember
      skippedExcluded
      skippedPrivacyBlocked
    }
    userErrors {
      code
      message
      path
    }
  }
}
`,
    variables: `{
  "segment": "",
  "criteria": { "country": { "in": ["NO", "SE"] } },
  "dryRun": true
}`,
  },
  {
    query: `# A segment, its steps and its first lines.
query SegmentWithLines($no: String!) {
  segmentByNo(no: $no) {
    id
    no
    description
    status
    contactsCount
    criteria {
      no
      operation
      text
      before
      after
    }
    lines(first: 20) {
      totalCount
      nodes {
        contact {
          no
          name
        }
        correspondenceType
        language {
          code
        }
        overridden
        addedBy {
          no
        }
      }
    }
  }
}
`,
    variables: `{
  "no": "SM000001"
}`,
  },
  {
    query: `# What a contact of the segment would get:
# try another language, or another draft.
query PreviewTemplate(
  $input: TemplatePreviewInput!
) {
  templatePreview(input: $input) {
    language {
      code
    }
    bodyLanguage {
      code
    }
    subject
    body
    bodyFormat
    attachments {
      name
      url
    }
    userErrors {
      message
      path
      line
      column
    }
  }
}
`,
    variables: `{
  "input": {
    "segmentId": "segment:1",
    "contactId": "contact:7"
  }
}`,
  },
  {
    query: `# Records the segment as interactions, and
# makes a new segment to follow up with.
mutation LogSegment($segment: ID!) {
  segmentLog(
    input: {
      segmentId: $segment
      unreachable: SKIP
      followUp: true
    }
  ) {
    interactionsCount
    skippedUnreachable
    loggedSegment {
      id
      deliveries {
        inProgress
        delivered
        failed
      }
    }
    followUpSegment {
      id
      no
      contactsCount
    }
    userErrors {
      code
      message
      path
    }
  }
}
`,
    variables: `{
  "segment": ""
}`,
  },
  {
    query: `# Whom a campaign reached, who responded,
# and what each template did for it.
query CampaignResults($no: String!) {
  campaignByNo(no: $no) {
    description
    activated
    targets(by: COMPANY, first: 5) {
      totalCount
      nodes {
        no
        name
      }
    }
    statistics {
      targetsContacted
      contactsResponded
      responseRate
      cost
      byTemplate {
        template {
          code
        }
        count
        contactsResponded
      }
    }
  }
}
`,
    variables: `{
  "no": "CP000001"
}`,
  },
  {
    query: `# Contacts that may be one and the same: look
# for them, then see the likeliest pairs.
mutation FindDuplicates {
  contactDuplicatesFind(input: {}) {
    searchedCount
    leftCount
    pairsCount
    userErrors {
      code
      message
      path
    }
  }
}

query ListDuplicates {
  contactDuplicates(first: 10) {
    totalCount
    unsearchedCount
    nodes {
      percentage
      fields
      contact {
        id
        no
        name
      }
      other {
        id
        no
        name
      }
    }
  }
}
`,
  },
  {
    query: `# An opportunity with each contact of a
# segment, and what has come of them. Once
# more, and only what is missing is created.
mutation PlanOpportunities($segment: ID!) {
  segmentCreateOpportunities(
    input: {
      segmentId: $segment
      description: "Follow up"
      estimatedValue: "500"
    }
  ) {
    created
    alreadyThere
    skippedPrivacyBlocked
    segment {
      opportunityStatistics {
        count
        open
        estimatedValue
      }
    }
    userErrors {
      code
      message
      path
    }
  }
}
`,
    variables: `{
  "segment": ""
}`,
  },
  {
    query: `# Run it, change the segment in another tab,
# come back and see. Goes over a WebSocket.
subscription WatchSegment($segment: ID!) {
  segmentChanged(id: $segment) {
    segmentId
    segment {
      no
      revision
      contactsCount
    }
  }
}
`,
    variables: `{
  "segment": ""
}`,
  },
  {
    query: `# Who bought most, and what: of a company,
# all its entries, of a person, those on
# whose documents they are.
query Purchases($criteria: ContactCriteria) {
  contacts(filter: $criteria, first: 5) {
    totalCount
    nodes {
      no
      name
      purchaseStatistics(filter: { side: SALE }) {
        count
        amount
        lastDate
      }
      purchases(first: 3) {
        nodes {
          postingDate
          side
          item
          quantity
          amount
          contact {
            name
          }
        }
      }
    }
  }
}
`,
    variables: `{
  "criteria": {
    "purchases": {
      "where": { "postingGroup": { "eq": "FURNITURE" } },
      "measure": {
        "sum": { "field": "AMOUNT", "test": { "gte": "10000" } }
      }
    }
  }
}`,
  },
  {
    query: `# Business Central's filter expressions, on any
# field: what they find, and the criteria read
# back as such. Try "<>''&@*gatan*".
query FilterContacts($criteria: ContactCriteria!) {
  contacts(filter: $criteria, first: 5) {
    totalCount
    nodes {
      no
      name
      postCode
    }
  }
  criteriaFilters(criteria: $criteria) {
    field
    expression
  }
}
`,
    variables: `{
  "criteria": {
    "all": [
      { "postCode": { "matches": "1*|20000..89999" } },
      { "createdAt": { "matches": "..t" } }
    ]
  }
}`,
  },
  {
    query: `# What a segment says in which language, and who
# of it can be reached that way.
query TextsAndReach($no: String!) {
  segmentByNo(no: $no) {
    texts {
      language {
        code
      }
      subject
      bodyFormat
    }
    overrides {
      field
      linesCount
    }
    reachability {
      reachable {
        count
      }
      withoutEmail {
        count
      }
      duplicateEmail {
        count
      }
      blocked {
        count
      }
    }
  }
}
`,
    variables: `{
  "no": "SM000001"
}`,
  },
  {
    query: `# What holds for the whole business; whoever
# administers it may change it.
query ReadSetup {
  setup {
    timeZone
    inheritance {
      address
      salesperson
    }
    duplicates {
      searchOnEntry
      hitPercent
    }
    documentTemplates {
      documentType
      template {
        code
      }
    }
    numberSeries {
      kind
      next
    }
    revision
  }
}

mutation ChangeSetup {
  setupUpdate(
    input: {
      duplicates: { searchOnEntry: true, hitPercent: 70 }
      timeZone: "Europe/Stockholm"
    }
  ) {
    setup {
      timeZone
      revision
    }
    userErrors {
      code
      message
      path
    }
  }
}
`,
    variables: `{}`,
  },
  {
    query: `# Labels and cover sheets are PDF files, at
# /export/segments/SM000001/labels.pdf and
# /export/segments/SM000001/cover-sheets.pdf.
# This records that cover sheets were printed.
mutation RecordCoverSheets($segment: ID!) {
  segmentLogCoverSheets(
    input: { segmentId: $segment }
  ) {
    interactionsCount
    userErrors {
      code
      message
      path
    }
  }
}
`,
    variables: `{
  "segment": "segment:1"
}`,
  },
];
