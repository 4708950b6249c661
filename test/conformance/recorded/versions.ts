import { arnOf } from '../../support/functions.ts'
import { breaks, conflict, invalid, notFound, revisionMismatch, validation, violates } from '../../support/refusal.ts'
import { type Row, UNTYPED } from './row.ts'

const alias = { FunctionName: 'fn', Name: 'custom', FunctionVersion: '1' }
const weights = (AdditionalVersionWeights: object) => ({ RoutingConfig: { AdditionalVersionWeights } })
const badWeight = (printed: string) =>
  validation(
    violates(
      'routingConfig.additionalVersionWeights',
      printed,
      'Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]',
    ),
  )

/** `codeSha256` is that of the function's code. */
export const versions = (codeSha256: string): readonly Row[] => [
  ['PublishVersion', { FunctionName: 'fn', RevisionId: 'doesntexist' }, revisionMismatch()],
  [
    'PublishVersion',
    { FunctionName: 'fn', CodeSha256: 'somenonexistentsha256' },
    invalid(
      `CodeSHA256 (somenonexistentsha256) is different from current CodeSHA256 in $LATEST (${codeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
    ),
  ],

  [
    'CreateAlias',
    { ...alias, ...weights({ 1: 0.8, 2: 0.2 }) },
    invalid('Number of items in AdditionalVersionWeights cannot be greater than 1'),
  ],
  ['CreateAlias', { ...alias, ...weights({ 2: 2 }) }, badWeight('{2=2.0}')],
  ['CreateAlias', { ...alias, ...weights({ 2: -1 }) }, badWeight('{2=-1.0}')],
  [
    'CreateAlias',
    { ...alias, ...weights({ 1: 0.5 }) },
    invalid('Invalid function version 1. Function version 1 is already included in routing configuration.'),
  ],
  ['CreateAlias', { ...alias, FunctionVersion: '10' }, notFound(`Function not found: ${arnOf('fn:10')}`)],
  ['CreateAlias', { ...alias, ...weights({ 10: 0.5 }) }, notFound(`Function not found: ${arnOf('fn:10')}`)],
  [
    'CreateAlias',
    { ...alias, FunctionVersion: '$LATEST', ...weights({ 1: 0.5 }) },
    invalid('$LATEST is not supported for an alias pointing to more than 1 version'),
    UNTYPED,
  ],
  [
    'CreateAlias',
    { ...alias, ...weights({ $LATEST: 0.5 }) },
    validation(
      violates(
        'routingConfig.additionalVersionWeights',
        '{$LATEST=0.5}',
        'Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]',
      ),
    ),
  ],
  ['CreateAlias', { ...alias, FunctionName: 'fn-unknown' }, notFound(`Function not found: ${arnOf('fn-unknown:1')}`)],
  ['CreateAlias', { ...alias, Name: 'live' }, conflict(`Alias already exists: ${arnOf('fn:live')}`)],
  [
    'CreateAlias',
    { ...alias, Name: '2024' },
    validation(breaks('name', '2024', 'satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)')),
  ],
  [
    'GetAlias',
    { FunctionName: 'fn', Name: 'non-existent' },
    notFound(`Cannot find alias arn: ${arnOf('fn:non-existent')}`),
  ],
  [
    'UpdateAlias',
    { FunctionName: 'fn', Name: 'non-existent' },
    notFound(`Alias not found: ${arnOf('fn:non-existent')}`),
  ],
  ['UpdateAlias', { FunctionName: 'fn', Name: 'live', RevisionId: 'wrong' }, revisionMismatch()],
]
