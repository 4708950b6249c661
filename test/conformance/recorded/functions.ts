import { arnOf } from '../../support/functions.ts'
import { breaks, conflict, invalid, notFound, revisionMismatch, validation, violates } from '../../support/refusal.ts'
import { ACCOUNT, REGION } from '../../support/server.ts'
import { zipOf } from '../../support/zip.ts'
import type { Row } from './row.ts'

const Role = `arn:aws:iam::${ACCOUNT}:role/test-role`
const ZipFile = zipOf({ 'index.mjs': '' }).toString('base64')
const made = { FunctionName: 'made', Role, Handler: 'index.handler', Runtime: 'python3.12', Code: { ZipFile } }
const mismatch = invalid('The derived qualifier from the function name does not match the specified qualifier.')
const elsewhere = notFound(`Functions from 'ap-southeast-1' are not reachable in this region ('${REGION}')`)
const gone = notFound(`Function not found: ${arnOf('gone')}`)

const RUNTIMES =
  '[nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, java25, python3.10, python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, nodejs16.x, dotnet10, dotnet8, java11, dotnet6, nodejs18.x, provided.al2, java8.al2]'
const unknownRuntime = (name: string) =>
  invalid(
    `Value ${name} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: ${RUNTIMES} or be a valid ARN`,
  )
const retiredRuntime = (name: string) =>
  invalid(
    `The runtime parameter of ${name} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`,
  )
const badRole = validation(
  breaks(
    'role',
    'r1',
    'satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+',
  ),
)
const tooMuchEnvironment = (variables: object) =>
  invalid(
    `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${JSON.stringify(variables)}`,
  )
const badIds = (member: string, value: string, pattern: string) =>
  validation(
    violates(
      member,
      `[${value}]`,
      `Member must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: ${pattern}]`,
    ),
  )

const large = { LARGE_VAR: 'x'.repeat(4096) }
const together = { SMALL_VAR: 'ok', LARGE_VAR: 'x'.repeat(4064) }

export const functions: readonly Row[] = [
  // A function that is gone, or never was.
  ['DeleteFunction', { FunctionName: 'gone' }, gone],
  ['DeleteFunction', { FunctionName: 'gone', Qualifier: '1233' }, gone],
  ['GetFunction', { FunctionName: 'gone' }, gone],
  ['GetFunctionConfiguration', { FunctionName: 'gone' }, gone],
  ['GetFunctionUrlConfig', { FunctionName: 'gone' }, notFound('The resource you requested does not exist.')],
  ['GetFunctionCodeSigningConfig', { FunctionName: 'gone' }, gone],
  [
    'GetFunctionEventInvokeConfig',
    { FunctionName: 'gone' },
    notFound(`The function ${arnOf('gone:$LATEST')} doesn't have an EventInvokeConfig`),
  ],
  ['GetFunctionConcurrency', { FunctionName: 'gone' }, gone],
  ['Invoke', { FunctionName: 'gone' }, notFound(`Function not found: ${arnOf('gone:$LATEST')}`)],

  // A version or an alias that is not there.
  ['GetFunction', { FunctionName: 'fn', Qualifier: '1221' }, notFound(`Function not found: ${arnOf('fn:1221')}`)],
  [
    'GetFunctionConfiguration',
    { FunctionName: 'fn', Qualifier: '1221' },
    notFound(`Function not found: ${arnOf('fn:1221')}`),
  ],
  [
    'GetFunctionEventInvokeConfig',
    { FunctionName: 'fn', Qualifier: '1221' },
    notFound(`The function ${arnOf('fn:1221')} doesn't have an EventInvokeConfig`),
  ],
  [
    'GetFunction',
    { FunctionName: 'fn', Qualifier: 'aliasdoesnotexist' },
    notFound(`Function not found: ${arnOf('fn:aliasdoesnotexist')}`),
  ],
  [
    'GetFunction',
    { FunctionName: arnOf('fn:aliasdoesnotexist') },
    notFound(`Function not found: ${arnOf('fn:aliasdoesnotexist')}`),
  ],
  [
    'Invoke',
    { FunctionName: 'fn', Qualifier: 'non-existent-alias' },
    notFound(`Function not found: ${arnOf('fn:non-existent-alias')}`),
  ],

  // Two qualifiers, and one that is said twice.
  ...(['DeleteFunction', 'GetFunction', 'GetFunctionConfiguration'] as const).map(
    (operation): Row => [operation, { FunctionName: arnOf('some-function:$LATEST'), Qualifier: '1' }, mismatch],
  ),
  [
    'DeleteFunction',
    { FunctionName: arnOf('some-function:$LATEST'), Qualifier: '$LATEST' },
    invalid('$LATEST version cannot be deleted without deleting the function.'),
  ],
  ...(['GetFunction', 'GetFunctionConfiguration'] as const).map(
    (operation): Row => [
      operation,
      { FunctionName: arnOf('some-function:$LATEST'), Qualifier: '$LATEST' },
      notFound(`Function not found: ${arnOf('some-function:$LATEST')}`),
    ],
  ),

  // Another region.
  ...(
    [
      'GetFunction',
      'GetFunctionConfiguration',
      'GetFunctionUrlConfig',
      'GetFunctionCodeSigningConfig',
      'GetFunctionEventInvokeConfig',
      'GetFunctionConcurrency',
      'DeleteFunction',
      'Invoke',
    ] as const
  ).map(
    (operation): Row => [
      operation,
      { FunctionName: `arn:aws:lambda:ap-southeast-1:${ACCOUNT}:function:fn` },
      elsewhere,
    ],
  ),
  ['CreateFunction', { ...made, FunctionName: `arn:aws:lambda:ap-southeast-1:${ACCOUNT}:function:made` }, elsewhere],

  // Creating.
  ['CreateFunction', { ...made, Role: 'r1' }, badRole],
  ['CreateFunction', { ...made, Runtime: 'non-existent-runtime' }, unknownRuntime('non-existent-runtime')],
  ['CreateFunction', { ...made, Runtime: 'PYTHON3.9' }, unknownRuntime('PYTHON3.9')],
  [
    'CreateFunction',
    { ...made, Architectures: ['x86_64', 'arm64'] },
    validation(breaks('architectures', '[x86_64, arm64]', 'have length less than or equal to 1')),
  ],
  [
    'CreateFunction',
    { ...made, Architectures: ['X86_64'] },
    validation(
      breaks(
        'architectures',
        '[X86_64]',
        'satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]',
      ),
    ),
  ],
  [
    'CreateFunction',
    { ...made, Code: { ZipFile: Buffer.from('this is not a zipfile, just a random string').toString('base64') } },
    invalid('Could not unzip uploaded file. Please check your file, then try to upload again.'),
  ],
  ...['java8', 'go1.x', 'provided', 'ruby2.7', 'nodejs14.x', 'python3.7', 'dotnetcore3.1', 'nodejs12.x'].map(
    (Runtime): Row => ['CreateFunction', { ...made, Runtime }, retiredRuntime(Runtime)],
  ),
  ['CreateFunction', { ...made, Environment: { Variables: large } }, tooMuchEnvironment(large)],
  ['CreateFunction', { ...made, Environment: { Variables: together } }, tooMuchEnvironment(together)],
  [
    'CreateFunction',
    { ...made, SnapStart: { ApplyOn: 'invalidOption' } },
    validation(breaks('snapStart.applyOn', 'invalidOption', 'satisfy enum value set: [PublishedVersions, None]')),
  ],
  [
    'CreateFunction',
    { ...made, VpcConfig: { SubnetIds: ['bad-format-subnet'], SecurityGroupIds: ['sg-1'] } },
    badIds('vpcConfig.subnetIds', 'bad-format-subnet', 'subnet-[0-9a-z]*'),
  ],
  [
    'CreateFunction',
    { ...made, VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['bad-format-sg'] } },
    badIds('vpcConfig.securityGroupIds', 'bad-format-sg', 'sg-[0-9a-zA-Z]*'),
  ],
  [
    'CreateFunction',
    { ...made, Tags: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v'])) },
    invalid('Number of tags exceeds resource tag limit.'),
  ],
  ['CreateFunction', { ...made, FunctionName: 'fn' }, conflict('Function already exist: fn')],

  // Updating.
  ['UpdateFunctionConfiguration', { FunctionName: 'fn', Role: 'r1' }, badRole],
  [
    'UpdateFunctionConfiguration',
    { FunctionName: 'fn', Runtime: 'non-existent-runtime' },
    unknownRuntime('non-existent-runtime'),
  ],
  ['UpdateFunctionConfiguration', { FunctionName: 'fn', Runtime: 'PYTHON3.9' }, unknownRuntime('PYTHON3.9')],
  ['UpdateFunctionConfiguration', { FunctionName: 'fn', RevisionId: 'wrong' }, revisionMismatch()],
  ['UpdateFunctionCode', { FunctionName: 'fn', ZipFile, RevisionId: 'wrong' }, revisionMismatch()],
  [
    'UpdateFunctionCode',
    { FunctionName: 'fn', ImageUri: '123456789012.dkr.ecr.us-east-1.amazonaws.com/repository:tag' },
    invalid("Please don't provide ImageUri when updating a function with packageType Zip."),
  ],

  // Lists and settings.
  [
    'ListFunctions',
    { FunctionVersion: 'invalid' },
    validation(breaks('functionVersion', 'invalid', 'satisfy enum value set: [ALL]')),
  ],
  [
    'PutFunctionRecursionConfig',
    { FunctionName: 'fn', RecursiveLoop: 'InvalidValue' },
    validation(breaks('recursiveLoop', 'InvalidValue', 'satisfy enum value set: [Terminate, Allow]')),
  ],
]
