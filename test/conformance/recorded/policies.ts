import { arnOf } from '../../support/functions.ts'
import { layerArnOf } from '../../support/layers.ts'
import { breaks, conflict, invalid, notFound, revisionMismatch, validation } from '../../support/refusal.ts'
import type { Row } from './row.ts'

const Action = 'lambda:InvokeFunction'
const statement = { FunctionName: 'fn', StatementId: 's3', Action, Principal: 's3.amazonaws.com' }
const missing = notFound('The resource you requested does not exist.')
const noPolicy = notFound('No policy is associated with the given resource.')
const noAlias = notFound(`Cannot find alias arn: ${arnOf('fn:alias-doesnotexist')}`)
const sidTaken = (sid: string) =>
  conflict(
    `The statement id (${sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
  )

/** Of functions: `allowed` has the statement s3, `fn` none. */
const ofFunctions: readonly Row[] = [
  [
    'AddPermission',
    { ...statement, StatementId: 'example.com' },
    validation(breaks('statementId', 'example.com', 'satisfy regular expression pattern: ([a-zA-Z0-9-_]+)')),
  ],
  [
    'AddPermission',
    { ...statement, FunctionName: arnOf('fn:alias-not-42'), Qualifier: '42' },
    invalid('The derived qualifier from the function name does not match the specified qualifier.'),
  ],
  [
    'AddPermission',
    { ...statement, Qualifier: '$LATEST' },
    invalid('We currently do not support adding policies for $LATEST.'),
  ],
  [
    'AddPermission',
    { ...statement, Principal: 'invalid.nonaws.com' },
    invalid('The provided principal was invalid. Please check the principal and try again.'),
  ],
  ['GetPolicy', { FunctionName: 'doesnotexist' }, missing],
  ['GetPolicy', { FunctionName: 'fn', Qualifier: '1' }, missing],
  ['GetPolicy', { FunctionName: 'fn', Qualifier: '42' }, missing],
  ['GetPolicy', { FunctionName: 'fn' }, missing],
  [
    'AddPermission',
    { ...statement, FunctionName: 'doesnotexist' },
    notFound(`Function not found: ${arnOf('doesnotexist')}`),
  ],
  ['RemovePermission', { FunctionName: 'fn', StatementId: 's3' }, noPolicy],
  ['AddPermission', { ...statement, Qualifier: 'alias-doesnotexist' }, noAlias],
  ['AddPermission', { ...statement, Qualifier: '42' }, notFound(`Function not found: ${arnOf('fn:42')}`)],
  [
    'AddPermission',
    { ...statement, Qualifier: 'invalid-qualifier-with-?-char' },
    validation(
      breaks(
        'qualifier',
        'invalid-qualifier-with-?-char',
        'satisfy regular expression pattern: \\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+',
      ),
    ),
  ],
  [
    'AddPermission',
    { ...statement, Qualifier: 'valid-with-$-but-doesnotexist' },
    notFound(`Function not found: ${arnOf('fn:valid-with-$-but-doesnotexist')}`),
  ],
  ['AddPermission', { ...statement, FunctionName: 'allowed' }, sidTaken('s3')],
  ['AddPermission', { ...statement, FunctionName: 'allowed', RevisionId: 'wrong' }, revisionMismatch('GetPolicy')],
  ['AddPermission', { ...statement, Qualifier: 'live', RevisionId: 'wrong' }, revisionMismatch('GetPolicy')],
  [
    'RemovePermission',
    { FunctionName: 'doesnotexist', StatementId: 's3' },
    notFound(`No policy found for: ${arnOf('doesnotexist')}`),
  ],
  ['RemovePermission', { FunctionName: 'fn', StatementId: 's3', Qualifier: 'alias-doesnotexist' }, noAlias],
  [
    'RemovePermission',
    { FunctionName: 'allowed', StatementId: 'non-existent' },
    notFound('Statement non-existent is not found in resource policy.'),
  ],
  ['RemovePermission', { FunctionName: 'allowed', StatementId: 's3', RevisionId: 'wrong' }, revisionMismatch()],
]

const layer = { LayerName: 'one', VersionNumber: 1 }
const permission = { StatementId: 's1', Action: 'lambda:GetLayerVersion', Principal: '*' }
const noLayer = (name: string) => notFound(`Layer version ${layerArnOf(name)} does not exist.`)

/** Of layers: version 1 of `one` has the statement s1, that of `two` none. */
const ofLayers: readonly Row[] = [
  ['GetLayerVersionPolicy', { LayerName: 'two', VersionNumber: 1 }, noPolicy],
  [
    'AddLayerVersionPermission',
    { ...layer, ...permission, Action: '*' },
    validation(breaks('action', '*', 'satisfy regular expression pattern: lambda:GetLayerVersion')),
  ],
  ['AddLayerVersionPermission', { ...layer, ...permission }, sidTaken('s1')],
  [
    'AddLayerVersionPermission',
    { ...layer, ...permission, StatementId: 's2', RevisionId: 'wrong' },
    revisionMismatch('GetLayerPolicy'),
  ],
  ...[
    { LayerName: 'one-doesnotexist', VersionNumber: 1 },
    { LayerName: 'one', VersionNumber: 2 },
  ].flatMap((of): readonly Row[] => {
    const refusal = noLayer(`${of.LayerName}:${of.VersionNumber}`)
    return [
      ['AddLayerVersionPermission', { ...of, ...permission }, refusal],
      ['GetLayerVersionPolicy', of, refusal],
      ['RemoveLayerVersionPermission', { ...of, StatementId: 's1' }, refusal],
    ]
  }),
  [
    'RemoveLayerVersionPermission',
    { ...layer, StatementId: 'doesnotexist' },
    notFound('Statement doesnotexist is not found in resource policy.'),
  ],
  [
    'RemoveLayerVersionPermission',
    { ...layer, StatementId: 's1', RevisionId: 'wrong' },
    revisionMismatch('GetLayerPolicy'),
  ],
]

export const policies: readonly Row[] = [...ofFunctions, ...ofLayers]
