import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  type FunctionConfiguration,
  ListFunctionsCommand,
  UpdateFunctionConfigurationCommand,
  type UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda'
import { createFunction, executionRole, invoke, lambdaClient, logsClient, untilUpdated } from '../support/clients.ts'
import { configurationOf, publishVersion } from '../support/functions.ts'
import { poll } from '../support/poll.ts'
import { breaks, invalid, type Refusal, refusalOf, validation } from '../support/refusal.ts'
import { ACCOUNT, REGION, startTestServer, type TestServer } from '../support/server.ts'
import { allowRole, motoKeys } from '../support/targets.ts'
import { zipOfFixture } from '../support/zip.ts'

const accessPoint = (digits: string) =>
  `arn:aws:elasticfilesystem:${REGION}:${ACCOUNT}:access-point/fsap-${digits.padEnd(17, '0')}`
const [SHARED, UNKNOWN] = [accessPoint('1'), accessPoint('2')]

let server: TestServer
let home: string
let sharedDirectory: string
let Role: string
before(async () => {
  home = mkdtempSync(join(tmpdir(), 'lambent-shared-'))
  sharedDirectory = join(home, 'shared')
  // Everybody's, because functions run as users of their own.
  mkdirSync(sharedDirectory)
  chmodSync(sharedDirectory, 0o777)
  server = await startTestServer({
    args: ['--file-system', `${SHARED}=${sharedDirectory}`],
    environment: motoKeys,
  })
  Role = await executionRole(server)
})
after(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(home, { recursive: true })
})

type Create = Partial<CreateFunctionCommandInput>
type Update = Partial<UpdateFunctionConfigurationCommandInput>

const create = (change: Create) =>
  lambdaClient(server).send(
    new CreateFunctionCommand({
      FunctionName: 'new',
      Role,
      Runtime: 'python3.12',
      Handler: 'lambda_function.lambda_handler',
      Code: { ZipFile: zipOfFixture('context-python') },
      ...change,
    } as CreateFunctionCommandInput),
  )
const update = (FunctionName: string, change: Update) =>
  lambdaClient(server).send(new UpdateFunctionConfigurationCommand({ FunctionName, ...change }))
const python = { Runtime: 'python3.12', Handler: 'lambda_function.lambda_handler', code: 'context-python' } as const

const VPC = { SubnetIds: ['subnet-0a1', 'subnet-0b2'], SecurityGroupIds: ['sg-0A1'] }
const attached = { ...VPC, VpcId: 'vpc-', Ipv6AllowedForDualStack: false }
const detached = { SubnetIds: [], SecurityGroupIds: [], VpcId: '', Ipv6AllowedForDualStack: false }
const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/k`
const MOUNT = { Arn: SHARED, LocalMountPath: '/mnt/shared' }

interface Setting {
  readonly name: keyof FunctionConfiguration & keyof Update
  readonly given: Create & Update
  /** As it is shown; undefined: not at all. */
  readonly shown: unknown
  readonly cleared: Create & Update
  readonly shownCleared: unknown
}

const settings: readonly Setting[] = [
  {
    name: 'VpcConfig',
    given: { VpcConfig: VPC },
    shown: attached,
    cleared: { VpcConfig: { SubnetIds: [], SecurityGroupIds: [] } },
    shownCleared: detached,
  },
  {
    name: 'VpcConfig',
    given: { VpcConfig: { ...VPC, Ipv6AllowedForDualStack: true } },
    shown: { ...attached, Ipv6AllowedForDualStack: true },
    cleared: { VpcConfig: {} },
    shownCleared: detached,
  },
  {
    name: 'FileSystemConfigs',
    given: { FileSystemConfigs: [MOUNT], VpcConfig: VPC },
    shown: [MOUNT],
    cleared: { FileSystemConfigs: [] },
    shownCleared: undefined,
  },
  {
    name: 'SnapStart',
    given: { SnapStart: { ApplyOn: 'PublishedVersions' } },
    shown: { ApplyOn: 'PublishedVersions', OptimizationStatus: 'Off' },
    cleared: { SnapStart: { ApplyOn: 'None' } },
    shownCleared: { ApplyOn: 'None', OptimizationStatus: 'Off' },
  },
  {
    name: 'TracingConfig',
    given: { TracingConfig: { Mode: 'Active' } },
    shown: { Mode: 'Active' },
    cleared: { TracingConfig: { Mode: 'PassThrough' } },
    shownCleared: { Mode: 'PassThrough' },
  },
  {
    name: 'KMSKeyArn',
    given: { KMSKeyArn: KEY },
    shown: KEY,
    cleared: { KMSKeyArn: '' },
    shownCleared: undefined,
  },
  {
    name: 'LoggingConfig',
    given: { LoggingConfig: { LogFormat: 'JSON', LogGroup: '/own' } },
    shown: { LogFormat: 'JSON', LogGroup: '/own', ApplicationLogLevel: 'INFO', SystemLogLevel: 'INFO' },
    cleared: { LoggingConfig: { LogFormat: 'Text' } },
    shownCleared: { LogFormat: 'Text', LogGroup: '/own' },
  },
]

/** The id of a VPC is not the caller's choice. */
const shape = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'VpcId' in value
    ? { ...value, VpcId: String(value.VpcId).replace(/[0-9a-f]{17}$/, '') }
    : value

for (const [index, { name, given, shown, cleared, shownCleared }] of settings.entries()) {
  test(`${name} ${JSON.stringify(given)} is shown, kept by a version, and cleared`, async () => {
    const [made, later] = [`made-${index}`, `later-${index}`]
    await createFunction(server, { FunctionName: made, ...python, ...(given as object) })
    const created = await configurationOf(server, made)
    assert.deepEqual(shape(created[name as 'VpcConfig']), shown)

    await createFunction(server, { FunctionName: later, ...python })
    assert.deepEqual(shape((await update(later, given))[name as 'VpcConfig']), shown)
    await untilUpdated(server, later)
    const published = await publishVersion(server, later)
    // What another update leaves out stays.
    await update(later, { Description: 'other' })
    await untilUpdated(server, later)
    assert.deepEqual(shape((await configurationOf(server, later))[name as 'VpcConfig']), shown)

    assert.deepEqual(shape((await update(later, cleared))[name as 'VpcConfig']), shownCleared)
    await untilUpdated(server, later)
    assert.deepEqual(shape((await configurationOf(server, later))[name as 'VpcConfig']), shownCleared)
    const kept = name === 'SnapStart' ? { ApplyOn: 'PublishedVersions', OptimizationStatus: 'On' } : shown
    assert.deepEqual(shape(published[name as 'VpcConfig']), kept)
    assert.deepEqual(shape((await configurationOf(server, later, '1'))[name as 'VpcConfig']), kept)
  })
}

test('all functions of the account lie in the same VPC', async () => {
  const ids = await Promise.all(
    ['vpc-a', 'vpc-b'].map(async (FunctionName) => (await create({ FunctionName, VpcConfig: VPC })).VpcConfig?.VpcId),
  )
  assert.match(String(ids[0]), /^vpc-[0-9a-f]{17}$/)
  assert.equal(ids[0], ids[1])
})

const idForm = (pattern: string) =>
  `satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: ${pattern}]`
const snapStartRefused = (runtime: string) => invalid(`${runtime} is not supported for SnapStart enabled functions.`)
const withLevel = invalid(
  'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the LogFormat to "JSON" and try again.',
)
const nullAt = (member: string) => `Value null at '${member}' failed to satisfy constraint: Member must not be null`
const provider = 'capacityProviderConfig.lambdaManagedInstancesCapacityProviderConfig'
const providerArn = `arn:aws:lambda:${REGION}:${ACCOUNT}:capacity-provider:p`

const refused: readonly { readonly name: string; readonly change: Create & Update; readonly expected: Refusal }[] = [
  {
    name: 'a subnet of another form',
    change: { VpcConfig: { SubnetIds: ['bad-subnet'], SecurityGroupIds: ['sg-1'] } },
    expected: validation(breaks('vpcConfig.subnetIds', '[bad-subnet]', idForm('subnet-[0-9a-z]*'))),
  },
  {
    name: 'a security group of another form',
    change: { VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['bad-group'] } },
    expected: validation(breaks('vpcConfig.securityGroupIds', '[bad-group]', idForm('sg-[0-9a-zA-Z]*'))),
  },
  ...[{ SubnetIds: ['subnet-1'] }, { SecurityGroupIds: ['sg-1'] }].map((VpcConfig) => ({
    name: `a VPC of ${Object.keys(VpcConfig)} only`,
    change: { VpcConfig },
    expected: invalid('SubnetIds and SecurityIds must coexist or be both empty list.'),
  })),
  {
    name: 'a file system without a VPC',
    change: { FileSystemConfigs: [MOUNT] },
    expected: invalid(`Function must be configured to execute in a VPC to reference access point ${SHARED}`),
  },
  {
    name: 'a file system that no directory stands for',
    change: { FileSystemConfigs: [{ ...MOUNT, Arn: UNKNOWN }], VpcConfig: VPC },
    expected: invalid(
      `No directory of this host stands for the access point ${UNKNOWN}. Start lambent with --file-system ${UNKNOWN}=<directory>.`,
    ),
  },
  {
    name: 'a mount outside of /mnt',
    change: { FileSystemConfigs: [{ ...MOUNT, LocalMountPath: '/opt/a' }], VpcConfig: VPC },
    expected: validation(
      breaks(
        'fileSystemConfigs.1.member.localMountPath',
        '/opt/a',
        'satisfy regular expression pattern: /mnt/[a-zA-Z0-9-_.]+',
      ),
    ),
  },
  ...['/mnt/.', '/mnt/..'].map((LocalMountPath) => ({
    name: `a mount at ${LocalMountPath}`,
    change: { FileSystemConfigs: [{ ...MOUNT, LocalMountPath }], VpcConfig: VPC },
    expected: invalid(`The local mount path ${LocalMountPath} is not below /mnt.`),
  })),
  {
    name: 'an unknown SnapStart option',
    change: { SnapStart: { ApplyOn: 'invalidOption' as never } },
    expected: validation(
      breaks('snapStart.applyOn', 'invalidOption', 'satisfy enum value set: [PublishedVersions, None]'),
    ),
  },
  ...(['nodejs22.x', 'python3.11', 'ruby3.4', 'provided.al2023'] as const).map((Runtime) => ({
    name: `SnapStart of ${Runtime}`,
    change: { Runtime, SnapStart: { ApplyOn: 'PublishedVersions' } } as const,
    expected: snapStartRefused(Runtime),
  })),
  ...[{ LogFormat: 'Text' }, {}].flatMap((format) =>
    [{ ApplicationLogLevel: 'INFO' }, { SystemLogLevel: 'WARN' }].map((level) => ({
      name: `a log of ${JSON.stringify({ ...format, ...level })}`,
      change: { LoggingConfig: { ...format, ...level } as never },
      expected: withLevel,
    })),
  ),
  {
    name: 'a dead-letter queue of Kinesis',
    change: { DeadLetterConfig: { TargetArn: `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/s` } },
    expected: invalid(
      `Invalid dead letter queue ARN: arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/s is neither a standard queue of SQS nor a standard topic of SNS.`,
    ),
  },
  {
    name: 'a dead-letter queue that keeps an order',
    change: { DeadLetterConfig: { TargetArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:q.fifo` } },
    expected: invalid(
      `Invalid dead letter queue ARN: arn:aws:sqs:${REGION}:${ACCOUNT}:q.fifo is neither a standard queue of SQS nor a standard topic of SNS.`,
    ),
  },
  ...(
    [
      ['sqs', 'SendMessage on SQS'],
      ['sns', 'Publish on SNS'],
    ] as const
  ).map(([service, call]) => ({
    name: `a dead-letter queue of ${service} that the role may not use`,
    change: { DeadLetterConfig: { TargetArn: `arn:aws:${service}:${REGION}:${ACCOUNT}:q` } },
    expected: invalid(`The provided execution role does not have permissions to call ${call}`),
  })),
  {
    name: 'a capacity provider without its configuration',
    change: { CapacityProviderConfig: {} as never },
    expected: validation(nullAt(provider)),
  },
  {
    name: 'a capacity provider without its ARN',
    change: { CapacityProviderConfig: { LambdaManagedInstancesCapacityProviderConfig: {} as never } },
    expected: validation(nullAt(`${provider}.capacityProviderArn`)),
  },
]

const onCreation: typeof refused = [
  {
    name: 'a capacity provider for a runtime that it does not run',
    change: {
      Runtime: 'python3.12',
      CapacityProviderConfig: { LambdaManagedInstancesCapacityProviderConfig: { CapacityProviderArn: providerArn } },
    },
    expected: invalid('Runtime Enum python3.12 does not support specified feature: Lambda Managed Instances'),
  },
  {
    name: 'a version to publish to',
    change: { PublishTo: 'ELSEWHERE' as never },
    expected: validation(breaks('publishTo', 'ELSEWHERE', 'satisfy enum value set: [LATEST_PUBLISHED]')),
  },
]

const onUpdate: typeof refused = [
  {
    name: 'a capacity provider for a function without one',
    change: {
      CapacityProviderConfig: { LambdaManagedInstancesCapacityProviderConfig: { CapacityProviderArn: providerArn } },
    },
    expected: invalid("CapacityProviderConfig isn't supported for Lambda Default functions."),
  },
]

test('a function that is refused is not stored', async (t) => {
  for (const { name, change, expected } of [...refused, ...onCreation])
    await t.test(`${name} is refused`, async () => assert.deepEqual(await refusalOf(create(change)), expected))
  const { Functions = [] } = await lambdaClient(server).send(new ListFunctionsCommand({}))
  assert.ok(Functions.every(({ FunctionName }) => FunctionName !== 'new'))
})

test('an update that is refused changes nothing', async (t) => {
  await createFunction(server, { FunctionName: 'table', ...python })
  const unchanged = await configurationOf(server, 'table')
  for (const { name, change, expected } of [...refused, ...onUpdate])
    await t.test(`${name} is refused`, async () => assert.deepEqual(await refusalOf(update('table', change)), expected))
  assert.deepEqual(await configurationOf(server, 'table'), unchanged)
})

test('a function with SnapStart takes no runtime without it, and one with a file system keeps its VPC', async () => {
  await createFunction(server, {
    FunctionName: 'bound',
    ...python,
    SnapStart: { ApplyOn: 'PublishedVersions' },
    VpcConfig: VPC,
    FileSystemConfigs: [MOUNT],
  })
  assert.deepEqual(await refusalOf(update('bound', { Runtime: 'python3.11' })), snapStartRefused('python3.11'))
  assert.deepEqual(
    await refusalOf(update('bound', { VpcConfig: { SubnetIds: [], SecurityGroupIds: [] } })),
    invalid(`Function VPC configuration cannot be removed with access point ${SHARED} referenced.`),
  )
})

const transitions: readonly { readonly change: object; readonly shown: object }[] = [
  {
    change: { LogFormat: 'JSON' },
    shown: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO', SystemLogLevel: 'INFO' },
  },
  {
    change: { ApplicationLogLevel: 'TRACE' },
    shown: { LogFormat: 'JSON', ApplicationLogLevel: 'TRACE', SystemLogLevel: 'INFO' },
  },
  {
    change: { LogFormat: 'JSON', SystemLogLevel: 'DEBUG' },
    shown: { LogFormat: 'JSON', ApplicationLogLevel: 'TRACE', SystemLogLevel: 'DEBUG' },
  },
  {
    change: { LogGroup: 'cool_lambdas' },
    shown: {
      LogFormat: 'JSON',
      ApplicationLogLevel: 'TRACE',
      SystemLogLevel: 'DEBUG',
      LogGroup: 'cool_lambdas',
    },
  },
  { change: { LogFormat: 'Text' }, shown: { LogFormat: 'Text', LogGroup: 'cool_lambdas' } },
  {
    change: { LogFormat: 'JSON', ApplicationLogLevel: 'FATAL' },
    shown: { LogFormat: 'JSON', ApplicationLogLevel: 'FATAL', SystemLogLevel: 'INFO', LogGroup: 'cool_lambdas' },
  },
]

test('what a change of the logging leaves out stays, and levels go with the format', async () => {
  await createFunction(server, { FunctionName: 'logging', ...python })
  for (const { change, shown } of transitions) {
    const { LoggingConfig } = await update('logging', { LoggingConfig: change })
    assert.deepEqual(LoggingConfig, { LogGroup: '/aws/lambda/logging', ...shown })
    await untilUpdated(server, 'logging')
  }
})

const writing = `
import os

def lambda_handler(event, context):
    path = "/mnt/shared/" + event["name"]
    if "text" in event:
        with open(path, "w") as file:
            file.write(event["text"])
    with open(path) as file:
        return file.read()
`

test('functions read and write the directory that stands for an access point', async () => {
  const mounted = {
    Runtime: 'python3.12',
    Handler: 'lambda_function.lambda_handler',
    code: { 'lambda_function.py': writing },
    VpcConfig: VPC,
    FileSystemConfigs: [MOUNT],
  } satisfies Create & { code: object }
  await createFunction(server, { FunctionName: 'writer', ...mounted })
  await createFunction(server, { FunctionName: 'reader', ...mounted })
  assert.equal((await invoke(server, 'writer', { name: 'a', text: 'from a function' })).payload, 'from a function')
  assert.equal(readFileSync(join(sharedDirectory, 'a'), 'utf8'), 'from a function')
  // Another environment, another user.
  assert.equal((await invoke(server, 'reader', { name: 'a', text: 'from another' })).payload, 'from another')
  writeFileSync(join(sharedDirectory, 'b'), 'from the host')
  assert.equal((await invoke(server, 'reader', { name: 'b' })).payload, 'from the host')
})

test('a function whose directory is not named any more says so', async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'lambent-unmounted-'))
  try {
    const args = ['--file-system', `${SHARED}=${sharedDirectory}`]
    await using first = await startTestServer({ dataDirectory, args })
    await createFunction(first, { FunctionName: 'f', ...python, VpcConfig: VPC, FileSystemConfigs: [MOUNT] })
    await first.stop()
    await using second = await startTestServer({ dataDirectory })
    assert.deepEqual(await refusalOf(invoke(second, 'f')), {
      code: 'EFSMountFailureException',
      status: 403,
      message: `The function could not mount the file system with access point ${SHARED}: no directory of this host stands for it.`,
    })
    // What it had already, it keeps.
    await lambdaClient(second).send(new UpdateFunctionConfigurationCommand({ FunctionName: 'f', Timeout: 4 }))
  } finally {
    rmSync(dataDirectory, { recursive: true, force: true })
  }
})

async function logOf(FunctionName: string): Promise<readonly string[]> {
  return poll(async () => {
    const command = new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${FunctionName}` })
    const { events = [] } = await logsClient(server).send(command)
    const lines = events.map(({ message = '' }) => message.trimEnd())
    return lines.some((line) => line.startsWith('REPORT')) ? lines : undefined
  })
}

const otherArchitecture = process.arch === 'arm64' ? 'x86_64' : 'arm64'
const notices = [
  { name: 'an architecture of another host', change: { Architectures: [otherArchitecture] }, says: /native code/ },
  { name: 'SnapStart', change: { SnapStart: { ApplyOn: 'PublishedVersions' } }, says: /SnapStart has no effect/ },
  { name: 'active tracing', change: { TracingConfig: { Mode: 'Active' } }, says: /X-Ray/ },
] as const

for (const [index, { name, change, says }] of notices.entries()) {
  test(`${name} is no secret to the function's log`, async () => {
    const FunctionName = `notice-${index}`
    await createFunction(server, { FunctionName, ...python, ...(change as object) })
    await invoke(server, FunctionName)
    const lines = (await logOf(FunctionName)).filter((line) => line.startsWith('lambent: '))
    assert.equal(lines.filter((line) => says.test(line)).length, 1, lines.join('\n'))
  })
}

const trace = 'export const handler = async () => process.env._X_AMZN_TRACE_ID'

test('with active tracing invocations are sampled', async () => {
  for (const Mode of ['Active', 'PassThrough'] as const) {
    const FunctionName = `traced-${Mode}`
    await createFunction(server, { FunctionName, code: { 'index.mjs': trace }, TracingConfig: { Mode } })
    const { payload } = await invoke(server, FunctionName)
    assert.match(payload, /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01];Lineage=1:[0-9a-f]{8}:0$/)
    assert.equal(payload.at(-1), Mode === 'Active' ? '1' : '0')
  }
})

test('a dead-letter queue is set, stays while it is not named or left empty, and is taken away', async () => {
  const TargetArn = `arn:aws:sqs:${REGION}:${ACCOUNT}:letters`
  await executionRole(server, 'sends')
  await allowRole(server, 'sends', 'sqs:SendMessage')
  const RoleArn = Role.replace(/[^/]+$/, 'sends')
  await createFunction(server, { FunctionName: 'letters', ...python, Role: RoleArn, DeadLetterConfig: { TargetArn } })
  const after = async (change: Update) => {
    await update('letters', change)
    await untilUpdated(server, 'letters')
    return (await configurationOf(server, 'letters')).DeadLetterConfig
  }
  assert.deepEqual(await after({ Description: 'another' }), { TargetArn })
  assert.deepEqual(await after({ DeadLetterConfig: {} }), { TargetArn })
  // A role that may not send is no role for a function that has a queue.
  assert.deepEqual(
    await refusalOf(update('letters', { Role })),
    invalid('The provided execution role does not have permissions to call SendMessage on SQS'),
  )
  assert.equal(await after({ DeadLetterConfig: { TargetArn: '' } }), undefined)
})
