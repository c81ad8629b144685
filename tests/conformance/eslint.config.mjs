// The form of schema.graphql: all rules that graphql-eslint has for schemas, with exceptions.
import { fileURLToPath } from 'node:url';
import graphql from '@graphql-eslint/eslint-plugin';

const { configs, parser } = graphql;
const schema = fileURLToPath(new URL('../../schema.graphql', import.meta.url));

const rules = {
  ...configs['flat/schema-recommended'].rules,
  ...configs['flat/schema-all'].rules,
  ...configs['flat/schema-relay'].rules,

  '@graphql-eslint/input-name': ['error', { checkInputType: true, caseSensitiveInputType: false }],
  '@graphql-eslint/naming-convention': [
    'error',
    {
      types: 'PascalCase',
      FieldDefinition: 'camelCase',
      InputValueDefinition: 'camelCase',
      DirectiveDefinition: 'camelCase',
      EnumValueDefinition: 'UPPER_CASE',
      'FieldDefinition[parent.name.value=Query]': { forbiddenPrefixes: ['get', 'query', 'list'] },
      // The noun comes first, so that mutations sort by what they change.
      'FieldDefinition[parent.name.value=Mutation]': {
        requiredPattern: /^(?!(?:add|cancel|create|delete|log|merge|remove|save|set|update)[A-Z])/,
      },
      InputObjectTypeDefinition: { forbiddenPrefixes: ['Input'] },
      'EnumTypeDefinition,InterfaceTypeDefinition,UnionTypeDefinition': {
        forbiddenSuffixes: ['Enum', 'Interface', 'Union'],
      },
    },
  ],
  '@graphql-eslint/relay-edge-types': [
    'error',
    {
      withEdgeSuffix: true,
      // A line of a segment has none: it is told by the segment and the contact.
      shouldImplementNode: false,
      // What is short and bounded, such as the mailing groups of a contact, is a plain list.
      listTypeCanWrapOnlyEdgeType: false,
    },
  ],
  '@graphql-eslint/require-description': [
    'error',
    {
      types: true,
      rootField: true,
      FieldDefinition: true,
      InputValueDefinition: true,
      EnumValueDefinition: true,
      DirectiveDefinition: true,
      ignoredSelectors: [
        // Relay says what a connection is, and async-graphql has no place to say it again.
        '[type=ObjectTypeDefinition][name.value=/Connection$/]',
        // GraphQL says what the arguments of its own directives are.
        '[type=InputValueDefinition][parent.type=DirectiveDefinition]',
      ],
    },
  ],

  // Types and fields are in the order in which they are best read.
  '@graphql-eslint/alphabetize': 'off',
  // Short descriptions take a line, long ones a block.
  '@graphql-eslint/description-style': 'off',
  // `code` is what the type `Code` has.
  '@graphql-eslint/no-typename-prefix': 'off',
  // The roots are what the API needs.
  '@graphql-eslint/no-root-type': 'off',
  // The day on which a deprecated field goes is no argument that GraphQL knows.
  '@graphql-eslint/require-deprecation-date': 'off',
  // Whoever needs more after a mutation asks in another request.
  '@graphql-eslint/require-field-of-type-query-in-mutation-result': 'off',
  // A payload is always there: what is wrong stands in its `userErrors`.
  '@graphql-eslint/require-nullable-result-in-root': 'off',
  // What has an identity implements `Node`, which asks for the id; all else is a value.
  '@graphql-eslint/strict-id-in-types': 'off',
};

export default [
  {
    files: ['**/*.graphql'],
    languageOptions: { parser, parserOptions: { graphQLConfig: { schema } } },
    plugins: { '@graphql-eslint': graphql },
    rules,
  },
];
