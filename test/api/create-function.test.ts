import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { CreateRoleCommand, DeleteRoleCommand } from '@aws-sdk/client-iam'
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  ListFunctionsCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { executionRole, iamClient, lambdaClient, TRUST_LAMBDA, untilActive } from '../support/clients.ts'
import { sendSigned } from '../support/raw.ts'
import {
  breaks,
  conflict,
  denied,
  invalid,
  notFound,
  type Refusal,
  refusalIn,
  refusalOf,
  tooLarge,
  validation,
} from '../support/refusal.ts'
import { ACCOUNT, REGION, startTestServer, type TestServer } from '../support/server.ts'
import { startSlowServer } from '../support/slow-runtime.ts'
import { SYMBOLIC_LINK, type ZipEntry, zipOf, zipOfEntries, zipOfFixture } from '../support/zip.ts'

let server: TestServer
let Role: string
before(async () => {
  server = await startTestServer()
  Role = await executionRole(server)
})
after(() => server[Symbol.asyncDispose]())

const ZipFile = zipOfFixture('echo-node')
const arn = (name: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`
const UUID = /^[0-9a-f-]{36}$/

type Change = Partial<Omit<CreateFunctionCommandInput, 'Code'>> & { readonly ZipFile?: Buffer }

function create({ ZipFile: zip = ZipFile, ...change }: Change, on = server) {
  const input = { FunctionName: 'new', Role, Runtime: 'nodejs22.x', Handler: 'index.handler', Code: { ZipFile: zip } }
  return lambdaClient(on).send(new CreateFunctionCommand({ ...input, ...change } as CreateFunctionCommandInput))
}

const configurationOf = (FunctionName: string, on = server) =>
  lambdaClient(on).send(new GetFunctionConfigurationCommand({ FunctionName }))

async function names(): Promise<string[]> {
  const { Functions = [] } = await lambdaClient(server).send(new ListFunctionsCommand({}))
  return Functions.map(({ FunctionName = '' }) => FunctionName)
}

async function remove(FunctionName: string): Promise<void> {
  await lambdaClient(server).send(new DeleteFunctionCommand({ FunctionName }))
}

const created = {
  FunctionName: 'fresh',
  FunctionArn: arn('fresh'),
  Runtime: 'nodejs22.x',
  Role: `arn:aws:iam::${ACCOUNT}:role/test-role`,
  Handler: 'index.handler',
  CodeSize: ZipFile.length,
  Description: '',
  Timeout: 3,
  MemorySize: 128,
  CodeSha256: createHash('sha256').update(ZipFile).digest('base64'),
  Version: '$LATEST',
  TracingConfig: { Mode: 'PassThrough' },
  PackageType: 'Zip',
  Architectures: ['x86_64'],
  EphemeralStorage: { Size: 512 },
  SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
  LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/fresh' },
}

test('the smallest request is answered with 201, every default, and nothing else', async () => {
  const answer = await sendSigned(server, {
    method: 'POST',
    path: '/2015-03-31/functions',
    body: JSON.stringify({
      FunctionName: 'fresh',
      Role,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: ZipFile.toString('base64') },
    }),
  })
  assert.equal(answer.status, 201)
  const { RevisionId, LastModified, RuntimeVersionConfig, ...rest } = answer.body
  assert.match(String(RevisionId), UUID)
  assert.match(String(LastModified), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/)
  assert.match(
    JSON.stringify(RuntimeVersionConfig),
    /^\{"RuntimeVersionArn":"arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}"\}$/,
  )
  assert.deepEqual(rest, {
    ...created,
    State: 'Pending',
    StateReason: 'The function is being created.',
    StateReasonCode: 'Creating',
  })
})

test('when it is Active the reasons are gone, the update is Successful and the revision is a new one', async () => {
  const before = await create({ FunctionName: 'soon' })
  await untilActive(server, 'soon')
  const { body } = await sendSigned(server, { method: 'GET', path: '/2015-03-31/functions/soon/configuration' })
  const { RevisionId, LastModified, RuntimeVersionConfig, ...rest } = body
  assert.match(String(RevisionId), UUID)
  assert.notEqual(RevisionId, before.RevisionId)
  assert.equal(LastModified, before.LastModified)
  assert.deepEqual(RuntimeVersionConfig, before.RuntimeVersionConfig)
  assert.deepEqual(rest, {
    ...created,
    FunctionName: 'soon',
    FunctionArn: arn('soon'),
    LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/soon' },
    State: 'Active',
    LastUpdateStatus: 'Successful',
  })
})

const settings = {
  Description: 'Grüße',
  Timeout: 900,
  MemorySize: 10_240,
  EphemeralStorage: { Size: 10_240 },
  Architectures: ['arm64'],
  Environment: { Variables: { GREETING: 'grüezi', EMPTY: '', ab: '1' } },
  LoggingConfig: { LogFormat: 'Text', LogGroup: '/my/own.group' },
  TracingConfig: { Mode: 'PassThrough' },
  PackageType: 'Zip',
} as const

test('every setting that is given comes back', async () => {
  const answer = await create({ FunctionName: 'given', ...settings, Tags: { team: 'blue' } } as unknown as Change)
  for (const [name, value] of Object.entries(settings)) assert.deepEqual(answer[name as keyof typeof answer], value)
  await untilActive(server, 'given')
  const { Configuration, Tags } = await lambdaClient(server).send(new GetFunctionCommand({ FunctionName: 'given' }))
  for (const [name, value] of Object.entries(settings)) assert.deepEqual(Configuration?.[name as 'Description'], value)
  assert.deepEqual(Tags, { team: 'blue' })
})

test('an environment without variables is shown as an empty map', async () => {
  const answer = await create({ FunctionName: 'bare', Environment: {} })
  assert.deepEqual(answer.Environment, { Variables: {} })
})

const neutral: readonly Change[] = [
  { Layers: [] },
  { FileSystemConfigs: [] },
  { TracingConfig: {} },
  { DeadLetterConfig: {} },
  { DeadLetterConfig: { TargetArn: '' } },
  { KMSKeyArn: '' },
  { SnapStart: { ApplyOn: 'None' } },
  { Publish: false },
  { Tags: {} },
]

for (const change of neutral) {
  test(`${JSON.stringify(change)} asks for nothing and changes nothing`, async () => {
    const answer = await create({ FunctionName: 'neutral', ...change })
    const [[name = '', value]] = Object.entries(change) as [[string, unknown]]
    if (name !== 'SnapStart' && name !== 'TracingConfig')
      assert.equal(answer[name as keyof typeof answer], undefined, JSON.stringify(value))
    await remove('neutral')
  })
}

for (const FunctionName of [arn('named'), `${ACCOUNT}:function:named`, `function:named`, 'a'.repeat(64)]) {
  test(`${FunctionName} is a name for a new function`, async () => {
    const name = FunctionName.split(':').at(-1) ?? ''
    const answer = await create({ FunctionName })
    assert.equal(answer.FunctionName, name)
    assert.equal(answer.FunctionArn, arn(name))
    assert.equal(answer.LoggingConfig?.LogGroup, `/aws/lambda/${name}`)
    await remove(name)
  })
}

test('a variable map of exactly 4096 bytes is taken, one of 4097 is not', async () => {
  const rest = 4096 - '{"KEY_0":""}'.length
  const answer = await create({ FunctionName: 'brim', Environment: { Variables: { KEY_0: 'x'.repeat(rest) } } })
  assert.equal(answer.Environment?.Variables?.KEY_0?.length, rest)
  await remove('brim')
  const Variables = { KEY_0: 'x'.repeat(rest + 1) }
  assert.deepEqual(
    await refusalOf(create({ FunctionName: 'brim', Environment: { Variables } })),
    invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${JSON.stringify(Variables)}`,
    ),
  )
})

test('the 4 KB are counted in bytes, not in characters', async () => {
  const refusal = await refusalOf(create({ Environment: { Variables: { KEY: 'ü'.repeat(2100) } } }))
  assert.match(refusal.message, /exceeded the 4KB limit/)
})

const RUNTIMES =
  '[nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, java25, python3.10, python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, nodejs16.x, dotnet10, dotnet8, java11, dotnet6, nodejs18.x, provided.al2, java8.al2]'
const ROLE_FORM = 'arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+'
const RESERVED =
  'Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: '
const unknownRuntime = (name: string) =>
  invalid(
    `Value ${name} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: ${RUNTIMES} or be a valid ARN`,
  )
const retiredRuntime = (name: string) =>
  invalid(
    `The runtime parameter of ${name} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`,
  )
const notYet = (setting: string) => invalid(`${setting} is not supported by lambent yet.`)
const missing = (member: string) => `Value null at '${member}' failed to satisfy constraint: Member must not be null`
const role = (name: string, account = ACCOUNT) => `arn:aws:iam::${account}:role/${name}`
const notAssumable = invalid('The role defined for the function cannot be assumed by Lambda.')
const mandatory = invalid(
  'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
)
const layer = (version: number) => `arn:aws:lambda:${REGION}:${ACCOUNT}:layer:l:${version}`
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, 'v']))

const refused: readonly { readonly name: string; readonly change: Change; readonly expected: Refusal }[] = [
  {
    name: 'a role that is no ARN',
    change: { Role: 'r1' },
    expected: validation(breaks('role', 'r1', `satisfy regular expression pattern: ${ROLE_FORM}`)),
  },
  { name: 'a role that does not exist', change: { Role: role('nobody') }, expected: notAssumable },
  {
    name: 'a role of another account',
    change: { Role: role('test-role', '111122223333') },
    expected: denied('Cross-account pass role is not allowed.'),
  },
  { name: 'a role that trusts somebody else', change: { Role: role('for-ec2') }, expected: notAssumable },
  { name: 'a role that denies what it allows', change: { Role: role('denying') }, expected: notAssumable },
  {
    name: 'an unknown runtime',
    change: { Runtime: 'non-existent-runtime' as never },
    expected: unknownRuntime('non-existent-runtime'),
  },
  { name: 'a runtime in upper case', change: { Runtime: 'PYTHON3.9' as never }, expected: unknownRuntime('PYTHON3.9') },
  ...['java8', 'go1.x', 'provided', 'ruby2.7', 'nodejs14.x', 'python3.7', 'dotnetcore3.1', 'nodejs12.x'].map(
    (Runtime) => ({
      name: `the retired runtime ${Runtime}`,
      change: { Runtime: Runtime as never },
      expected: retiredRuntime(Runtime),
    }),
  ),
  { name: 'no runtime', change: { Runtime: undefined as never }, expected: mandatory },
  { name: 'no handler', change: { Handler: undefined as never }, expected: mandatory },
  {
    name: 'a handler with a blank',
    change: { Handler: 'index handler' },
    expected: validation(breaks('handler', 'index handler', 'satisfy regular expression pattern: [^\\s]+')),
  },
  {
    name: 'two architectures',
    change: { Architectures: ['x86_64', 'arm64'] },
    expected: validation(breaks('architectures', '[x86_64, arm64]', 'have length less than or equal to 1')),
  },
  {
    name: 'an architecture in upper case',
    change: { Architectures: ['X86_64' as never] },
    expected: validation(
      breaks(
        'architectures',
        '[X86_64]',
        'satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]',
      ),
    ),
  },
  {
    name: 'a memory size and a timeout that are too small',
    change: { MemorySize: 127, Timeout: 0 },
    expected: validation(
      breaks('memorySize', '127', 'have value greater than or equal to 128'),
      breaks('timeout', '0', 'have value greater than or equal to 1'),
    ),
  },
  {
    name: 'storage beyond 10 GB',
    change: { EphemeralStorage: { Size: 10_241 } },
    expected: validation(breaks('ephemeralStorage.size', '10241', 'have value less than or equal to 10240')),
  },
  {
    name: 'storage without a size',
    change: { EphemeralStorage: { Size: undefined } },
    expected: validation(missing('ephemeralStorage.size')),
  },
  {
    name: 'a variable name of one character',
    change: { Environment: { Variables: { A: 'b' } } },
    expected: validation(
      breaks(
        'environment.variables',
        '{A=b}',
        'satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]',
      ).replace(': Member must', ': Map keys must'),
    ),
  },
  {
    name: 'one reserved variable',
    change: { Environment: { Variables: { AWS_REGION: 'eu-west-1', MINE: 'x' } } },
    expected: invalid(`${RESERVED}AWS_REGION`),
  },
  {
    name: 'two reserved variables',
    change: { Environment: { Variables: { AWS_LAMBDA_RUNTIME_API: 'x', LAMBDA_TASK_ROOT: 'y' } } },
    expected: invalid(`${RESERVED}AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT`),
  },
  {
    name: 'several variables beyond 4 KB',
    change: { Environment: { Variables: { SMALL_VAR: 'ok', LARGE_VAR: 'x'.repeat(4064) } } },
    expected: invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: {"SMALL_VAR":"ok","LARGE_VAR":"${'x'.repeat(4064)}"}`,
    ),
  },
  {
    name: 'a name of 65 characters',
    change: { FunctionName: 'a'.repeat(65) },
    expected: invalid(
      `1 validation error detected: ${breaks('functionName', 'a'.repeat(65), 'have length less than or equal to 64')}`,
    ),
  },
  {
    name: 'an ARN of 141 characters',
    change: { FunctionName: arn('a'.repeat(141 - arn('').length)) },
    expected: validation(
      breaks('functionName', arn('a'.repeat(141 - arn('').length)), 'have length less than or equal to 140'),
    ),
  },
  {
    name: 'an ARN of another region',
    change: { FunctionName: `arn:aws:lambda:ap-southeast-1:${ACCOUNT}:function:new` },
    expected: notFound(`Functions from 'ap-southeast-1' are not reachable in this region ('${REGION}')`),
  },
  { name: '51 tags', change: { Tags: many(51) }, expected: invalid('Number of tags exceeds resource tag limit.') },
  {
    name: 'log levels with a text log',
    change: { LoggingConfig: { LogFormat: 'Text', ApplicationLogLevel: 'INFO' } },
    expected: invalid(
      'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the LogFormat to "JSON" and try again.',
    ),
  },
  {
    name: 'a layer that does not exist',
    change: { Layers: [layer(1)] },
    expected: invalid(`Layer version ${layer(1)} does not exist.`),
  },
  {
    name: 'a layer without a version',
    change: { Layers: [`arn:aws:lambda:${REGION}:${ACCOUNT}:layer:l`] },
    expected: validation(
      breaks(
        'layers',
        `[arn:aws:lambda:${REGION}:${ACCOUNT}:layer:l]`,
        'satisfy constraint: [Member must have length less than or equal to 2048, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+), Member must not be null]',
      ),
    ),
  },
  {
    name: 'an image with a runtime',
    change: { PackageType: 'Image' },
    expected: invalid(
      "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.",
    ),
  },
  {
    name: 'an image without an image',
    change: { PackageType: 'Image', Runtime: undefined, Handler: undefined },
    expected: invalid('Please provide ImageUri when creating a function with packageType Image.'),
  },
  {
    name: 'settings for an image',
    change: { ImageConfig: { Command: ['x'] } },
    expected: invalid("Please don't provide ImageConfig when the intended function PackageType is Zip."),
  },
  {
    name: 'tenants',
    change: { TenancyConfig: { TenantIsolationMode: 'PER_TENANT' } },
    expected: notYet('TenancyConfig'),
  },
  {
    name: 'a durable function',
    change: { DurableConfig: { ExecutionTimeout: 60 } },
    expected: notYet('DurableConfig'),
  },
]

test('a function that is refused is not stored', async (t) => {
  const iam = iamClient(server)
  const trust = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })
  const allow = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }
  const documents = {
    'for-ec2': trust({ ...allow, Principal: { Service: 'ec2.amazonaws.com' } }),
    denying: trust(allow, { ...allow, Effect: 'Deny' }),
  }
  for (const [RoleName, AssumeRolePolicyDocument] of Object.entries(documents))
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))
  const before = await names()
  for (const { name, change, expected } of refused)
    await t.test(`${name} is refused`, async () => assert.deepEqual(await refusalOf(create(change)), expected))
  assert.deepEqual(await names(), before)
})

const badSources: readonly { readonly name: string; readonly Code: object; readonly expected: Refusal }[] = [
  { name: 'no code', Code: {}, expected: invalid('Please provide a source for function code.') },
  {
    name: 'code under a key',
    Code: { ZipFile, SourceKMSKeyArn: `arn:aws:kms:${REGION}:${ACCOUNT}:key/k` },
    expected: notYet('SourceKMSKeyArn'),
  },
  {
    name: 'code from an image',
    Code: { ImageUri: 'a/b:c' },
    expected: invalid("Please don't provide ImageUri when creating a function with packageType Zip."),
  },
]

for (const { name, Code, expected } of badSources) {
  test(`${name} is refused`, async () => {
    const input = { FunctionName: 'new', Role, Runtime: 'nodejs22.x', Handler: 'index.handler', Code } as const
    assert.deepEqual(await refusalOf(lambdaClient(server).send(new CreateFunctionCommand(input))), expected)
  })
}

const notAZip = invalid('Could not unzip uploaded file. Please check your file, then try to upload again.')
const file = { name: 'index.mjs', content: 'export const handler = async () => 1' }
const zips: readonly { readonly name: string; readonly zip: Buffer }[] = [
  { name: 'text', zip: Buffer.from('this is no zip') },
  { name: 'nothing at all', zip: Buffer.alloc(0) },
  { name: 'the first half of a zip', zip: ZipFile.subarray(0, ZipFile.length / 2) },
  { name: 'a zip without its last byte', zip: ZipFile.subarray(0, -1) },
  { name: 'a zip whose content was changed', zip: tampered() },
  { name: 'a file above the package', zip: zipOf({ '../outside.mjs': '' }) },
  { name: 'a file above the package by a detour', zip: zipOf({ 'a/../../outside.mjs': '' }) },
  { name: 'a file at an absolute path', zip: zipOf({ '/etc/lambent-test': '' }) },
  { name: 'a file behind a backslash', zip: zipOf({ '..\\outside.mjs': '' }) },
  { name: 'a link out of the package', zip: zipWith({ name: 'out', content: '../../..', mode: SYMBOLIC_LINK }) },
  { name: 'a link to an absolute path', zip: zipWith({ name: 'out', content: '/etc/passwd', mode: SYMBOLIC_LINK }) },
  {
    name: 'a file written through a link',
    zip: zipWith({ name: 'dir', content: '..', mode: SYMBOLIC_LINK }, { name: 'dir/out', content: '' }),
  },
  { name: 'a device', zip: zipWith({ name: 'null', content: '', mode: 0o020666 }) },
]

function zipWith(...entries: ZipEntry[]): Buffer {
  return zipOfEntries([file, ...entries])
}

/** The content of a file differs from its checksum. */
function tampered(): Buffer {
  const bytes = Buffer.from(zipWith())
  bytes[bytes.indexOf('export')] = 'E'.charCodeAt(0)
  return bytes
}

for (const { name, zip } of zips) {
  test(`${name} is no package`, async () => {
    assert.deepEqual(await refusalOf(create({ ZipFile: zip })), notAZip)
    assert.ok(!(await names()).includes('new'))
  })
}

test('a package that unpacks to more than 250 MB is refused', async () => {
  const tenth = { content: Buffer.alloc(26_214_401), isDeflated: true }
  const zip = zipOfEntries(Array.from({ length: 10 }, (_, index) => ({ name: `zeros-${index}`, ...tenth })))
  assert.deepEqual(
    await refusalOf(create({ ZipFile: zip })),
    invalid('Unzipped size must be smaller than 262144000 bytes'),
  )
  assert.ok(!(await names()).includes('new'))
})

test('a zip of more than 50 MB is refused', async () => {
  assert.deepEqual(
    await refusalOf(create({ ZipFile: Buffer.alloc(52_428_801) })),
    tooLarge('Zipped size must be smaller than 52428800 bytes'),
  )
})

test('a link within the package is taken', async () => {
  await create({
    FunctionName: 'linked',
    ZipFile: zipWith({ name: 'same.mjs', content: 'index.mjs', mode: SYMBOLIC_LINK }),
  })
  await remove('linked')
})

test('a function of another account is refused without a word', async () => {
  const answer = await sendSigned(server, {
    method: 'POST',
    path: '/2015-03-31/functions',
    body: JSON.stringify({
      FunctionName: `arn:aws:lambda:${REGION}:111122223333:function:new`,
      Role,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: ZipFile.toString('base64') },
    }),
  })
  assert.deepEqual(refusalIn(answer), denied('null'))
  assert.deepEqual(answer.body, { Message: null })
})

test('a name is given once, and is free again when its function is deleted', async () => {
  const first = await create({ FunctionName: 'twice' })
  assert.deepEqual(await refusalOf(create({ FunctionName: 'twice' })), conflict('Function already exist: twice'))
  assert.deepEqual(await refusalOf(create({ FunctionName: arn('twice') })), conflict('Function already exist: twice'))
  await remove('twice')
  const second = await create({ FunctionName: 'twice', Description: 'again' })
  assert.notEqual(second.RevisionId, first.RevisionId)
  await untilActive(server, 'twice')
  assert.equal((await configurationOf('twice')).Description, 'again')
})

test('of twenty creations of one name at the same time one wins', async () => {
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => create({ FunctionName: 'race' })))
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const result of results)
    if (result.status === 'rejected')
      assert.deepEqual(await refusalOf(Promise.reject(result.reason)), conflict('Function already exist: race'))
})

test('a role that was deleted and made again works', async () => {
  const iam = iamClient(server)
  const make = () => iam.send(new CreateRoleCommand({ RoleName: 'again', AssumeRolePolicyDocument: TRUST_LAMBDA }))
  await make()
  await iam.send(new DeleteRoleCommand({ RoleName: 'again' }))
  assert.deepEqual(await refusalOf(create({ FunctionName: 'role-gone', Role: role('again') })), notAssumable)
  await make()
  assert.equal((await create({ FunctionName: 'role-back', Role: role('again') })).Role, role('again'))
})

test('while a function is Pending it cannot be invoked or changed; it becomes Active by itself', async () => {
  await using slow = await startSlowServer()
  const lambda = lambdaClient(slow.server)
  await executionRole(slow.server)
  const FunctionName = 'slow'
  await create({ FunctionName, Runtime: 'nodejs16.x' }, slow.server)
  const pending = await configurationOf(FunctionName, slow.server)
  assert.deepEqual(
    [pending.State, pending.StateReasonCode, pending.LastUpdateStatus],
    ['Pending', 'Creating', undefined],
  )
  assert.deepEqual(
    await refusalOf(lambda.send(new InvokeCommand({ FunctionName }))),
    conflict(
      'The operation cannot be performed at this time. The function is currently in the following state: Pending',
    ),
  )
  const inProgress = conflict(
    `The operation cannot be performed at this time. An update is in progress for resource: ${arn(FunctionName)}`,
  )
  assert.deepEqual(await refusalOf(lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }))), inProgress)
  assert.deepEqual(
    await refusalOf(lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 5 }))),
    inProgress,
  )
  slow.finish()
  await untilActive(slow.server, FunctionName)
  const active = await configurationOf(FunctionName, slow.server)
  assert.deepEqual([active.State, active.StateReason, active.LastUpdateStatus], ['Active', undefined, 'Successful'])
  assert.equal(active.Timeout, 3)
})

test('a function that is deleted while it is Pending stays deleted', async () => {
  await using slow = await startSlowServer()
  await executionRole(slow.server)
  const lambda = lambdaClient(slow.server)
  await create({ FunctionName: 'doomed', Runtime: 'nodejs16.x' }, slow.server)
  await lambda.send(new DeleteFunctionCommand({ FunctionName: 'doomed' }))
  await create({ FunctionName: 'after', Runtime: 'nodejs16.x' }, slow.server)
  slow.finish()
  await untilActive(slow.server, 'after')
  assert.deepEqual(
    await refusalOf(configurationOf('doomed', slow.server)),
    notFound(`Function not found: ${arn('doomed')}`),
  )
})
