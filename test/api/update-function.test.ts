import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  type GetFunctionConfigurationCommandOutput,
  UpdateFunctionCodeCommand,
  type UpdateFunctionCodeCommandInput,
  UpdateFunctionConfigurationCommand,
  type UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda'
import {
  createFunction,
  executionRole,
  invoke,
  lambdaClient,
  TIMEOUT_SECONDS,
  untilUpdated,
} from '../support/clients.ts'
import {
  conflict,
  invalid,
  notFound,
  type Refusal,
  refusalOf,
  revisionMismatch,
  tooLarge,
  validation,
} from '../support/refusal.ts'
import { ACCOUNT, REGION, startTestServer, type TestServer } from '../support/server.ts'
import { startSlowServer } from '../support/slow-runtime.ts'
import { zipOf } from '../support/zip.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server[Symbol.asyncDispose]())

const arn = (name: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`
const answering = (text: string) => ({ 'index.mjs': `export const handler = async () => ${JSON.stringify(text)}` })
const sha256 = (zip: Buffer) => createHash('sha256').update(zip).digest('base64')

const updateCode = (FunctionName: string, change: Partial<UpdateFunctionCodeCommandInput>, on = server) =>
  lambdaClient(on).send(new UpdateFunctionCodeCommand({ FunctionName, ...change }))
const updateConfiguration = (
  FunctionName: string,
  change: Partial<UpdateFunctionConfigurationCommandInput>,
  on = server,
) => lambdaClient(on).send(new UpdateFunctionConfigurationCommand({ FunctionName, ...change }))

async function configurationOf(FunctionName: string, on = server): Promise<FunctionConfiguration> {
  const { $metadata: _, ...configuration }: GetFunctionConfigurationCommandOutput = await lambdaClient(on).send(
    new GetFunctionConfigurationCommand({ FunctionName }),
  )
  return configuration
}

/** What does not change with every update. */
function lasting({ RevisionId: _, LastModified: __, ...configuration }: FunctionConfiguration): FunctionConfiguration {
  return configuration
}

const mismatch = revisionMismatch()
const inProgress = (name: string) =>
  conflict(`The operation cannot be performed at this time. An update is in progress for resource: ${arn(name)}`)
const notYet = (setting: string) => invalid(`${setting} is not supported by lambent yet.`)

test('new code goes through InProgress to Successful, each under a new revision, and is what then runs', async () => {
  await createFunction(server, { FunctionName: 'code', code: answering('old') })
  assert.equal((await invoke(server, 'code')).payload, 'old')
  const before = await configurationOf('code')
  const ZipFile = zipOf(answering('new'))
  const { $metadata, ...updated } = await updateCode('code', { ZipFile })
  assert.equal($metadata.httpStatusCode, 200)
  assert.deepEqual(lasting(updated), {
    ...lasting(before),
    CodeSha256: sha256(ZipFile),
    CodeSize: ZipFile.length,
    LastUpdateStatus: 'InProgress',
    LastUpdateStatusReason: 'The function is being created.',
    LastUpdateStatusReasonCode: 'Creating',
  })
  assert.ok(String(updated.LastModified) > String(before.LastModified))
  await untilUpdated(server, 'code')
  const after = await configurationOf('code')
  assert.deepEqual(lasting(after), { ...lasting(before), CodeSha256: sha256(ZipFile), CodeSize: ZipFile.length })
  assert.equal(new Set([before.RevisionId, updated.RevisionId, after.RevisionId]).size, 3)
  assert.equal((await invoke(server, 'code')).payload, 'new')
})

test('an architecture changes with the code, and stays when it is not given', async () => {
  await createFunction(server, { FunctionName: 'architecture', code: answering('') })
  const arm = await updateCode('architecture', { ZipFile: zipOf(answering('arm')), Architectures: ['arm64'] })
  assert.deepEqual(arm.Architectures, ['arm64'])
  await untilUpdated(server, 'architecture')
  assert.deepEqual((await updateCode('architecture', { ZipFile: zipOf(answering('')) })).Architectures, ['arm64'])
})

const all = {
  Description: 'another',
  Handler: 'other.handler',
  MemorySize: 256,
  Timeout: 7,
  Runtime: 'nodejs24.x',
  EphemeralStorage: { Size: 1024 },
  Environment: { Variables: { KEY: 'value' } },
  LoggingConfig: { LogFormat: 'Text', LogGroup: '/own/group' },
} as const

test('a configuration takes on what the update says and keeps what it leaves out', async () => {
  await createFunction(server, { FunctionName: 'settings', code: answering('') })
  let expected = lasting(await configurationOf('settings'))
  for (const [name, value] of Object.entries(all)) {
    const { $metadata, ...updated } = await updateConfiguration('settings', { [name]: value })
    assert.equal($metadata.httpStatusCode, 200)
    assert.equal(updated.LastUpdateStatus, 'InProgress')
    await untilUpdated(server, 'settings')
    const after = lasting(await configurationOf('settings'))
    expected = { ...expected, [name]: value, RuntimeVersionConfig: after.RuntimeVersionConfig }
    assert.deepEqual(after, expected)
  }
})

test('a new role must exist, and is then shown', async () => {
  await createFunction(server, { FunctionName: 'role', code: answering('') })
  const Role = await executionRole(server, 'second-role')
  assert.equal((await updateConfiguration('role', { Role })).Role, Role)
  await untilUpdated(server, 'role')
  assert.deepEqual(
    await refusalOf(updateConfiguration('role', { Role: `arn:aws:iam::${ACCOUNT}:role/nobody` })),
    invalid('The role defined for the function cannot be assumed by Lambda.'),
  )
  assert.equal((await configurationOf('role')).Role, Role)
})

test('the variables are replaced as a whole', async () => {
  const variables = { KEY_A: '1', KEY_B: '2' }
  await createFunction(server, {
    FunctionName: 'variables',
    code: 'context-node',
    Environment: { Variables: variables },
  })
  const updated = await updateConfiguration('variables', { Environment: { Variables: { KEY_B: '3' } } })
  assert.deepEqual(updated.Environment, { Variables: { KEY_B: '3' } })
  await untilUpdated(server, 'variables')
  const { KEY_A, KEY_B } = (await invoke(server, 'variables')).payload.environment
  assert.deepEqual([KEY_A, KEY_B], [undefined, '3'])
  assert.equal('Environment' in (await updateConfiguration('variables', { Environment: { Variables: {} } })), false)
})

test('updates that change nothing are updates: InProgress, Successful, new revisions', async () => {
  await createFunction(server, { FunctionName: 'same', code: answering('same'), Description: 'same' })
  const revisions = [(await configurationOf('same')).RevisionId]
  const before = lasting(await configurationOf('same'))
  const updates = [
    () => updateConfiguration('same', {}),
    () => updateConfiguration('same', { Description: 'same' }),
    () => updateCode('same', { ZipFile: zipOf(answering('same')) }),
  ]
  for (const update of updates) {
    const updated = await update()
    assert.equal(updated.LastUpdateStatus, 'InProgress')
    await untilUpdated(server, 'same')
    const after = await configurationOf('same')
    assert.deepEqual(lasting(after), before)
    revisions.push(updated.RevisionId, after.RevisionId)
  }
  assert.equal(new Set(revisions).size, 7)
})

test('an update with the revision of now is made, one with an earlier revision is not', async () => {
  await createFunction(server, { FunctionName: 'revision', code: answering('') })
  const { RevisionId = '' } = await configurationOf('revision')
  await updateConfiguration('revision', { RevisionId, Description: 'first' })
  await untilUpdated(server, 'revision')
  const before = await configurationOf('revision')
  const ZipFile = zipOf(answering('later'))
  for (const old of [RevisionId, 'wrong', '']) {
    assert.deepEqual(await refusalOf(updateConfiguration('revision', { RevisionId: old, Description: 'no' })), mismatch)
    assert.deepEqual(await refusalOf(updateCode('revision', { RevisionId: old, ZipFile })), mismatch)
  }
  assert.deepEqual(await configurationOf('revision'), before)
  await updateCode('revision', { RevisionId: before.RevisionId, ZipFile })
})

test('of many writers with the same revision exactly one wins', async () => {
  await createFunction(server, { FunctionName: 'writers', code: answering('') })
  const { RevisionId } = await configurationOf('writers')
  const refusals: Refusal[] = []
  let winner = ''
  await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const Description = `writer ${index}`
      const update = updateConfiguration('writers', { RevisionId, Description })
      const made = await update.catch(() => undefined)
      if (made) winner += Description
      else refusals.push(await refusalOf(update))
    }),
  )
  await untilUpdated(server, 'writers')
  assert.equal((await configurationOf('writers')).Description, winner)
  assert.equal(refusals.length, 39)
  for (const refusal of refusals) assert.deepEqual(refusal, refusal.status === 412 ? mismatch : inProgress('writers'))
})

test('of many writers without a revision each either wins or hears of the update in progress', async () => {
  await createFunction(server, { FunctionName: 'crowd', code: answering('') })
  const ZipFile = zipOf(answering('crowd'))
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const update = index % 2 ? updateConfiguration('crowd', { Timeout: index }) : updateCode('crowd', { ZipFile })
      return update.then(
        () => undefined,
        () => refusalOf(update),
      )
    }),
  )
  assert.ok(outcomes.some((refusal) => refusal === undefined))
  for (const refusal of outcomes) if (refusal) assert.deepEqual(refusal, inProgress('crowd'))
})

test('while an update is in progress there is no other, and invocations are served as before; it ends by itself', async () => {
  await using slow = await startSlowServer()
  const on = slow.server
  await createFunction(on, { FunctionName: 'slow', code: 'context-node' })
  const runtime = async () => (await invoke(on, 'slow')).payload.environment.AWS_EXECUTION_ENV
  const before = await runtime()
  const started = await updateConfiguration('slow', { Runtime: 'nodejs16.x' }, on)
  assert.deepEqual(await configurationOf('slow', on), withoutMetadata(started))
  assert.deepEqual(await refusalOf(updateConfiguration('slow', { Timeout: 4 }, on)), inProgress('slow'))
  assert.deepEqual(await refusalOf(updateConfiguration(arn('slow'), { Timeout: 4 }, on)), inProgress('slow'))
  assert.deepEqual(await refusalOf(updateCode('slow', { ZipFile: zipOf(answering('')) }, on)), inProgress('slow'))
  assert.equal((await configurationOf('slow', on)).State, 'Active')
  assert.equal(await runtime(), before)
  slow.finish()
  await untilUpdated(on, 'slow')
  const { LastUpdateStatus, LastUpdateStatusReason, Timeout } = await configurationOf('slow', on)
  assert.deepEqual([LastUpdateStatus, LastUpdateStatusReason, Timeout], ['Successful', undefined, TIMEOUT_SECONDS])
  assert.notEqual(await runtime(), before)
})

test('a function that never ran runs as it was while an update is in progress, also after a crash', async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'lambent-update-'))
  try {
    await using slow = await startSlowServer(dataDirectory)
    await createFunction(slow.server, { FunctionName: 'cold', code: answering('old') })
    await updateConfiguration('cold', { Runtime: 'nodejs16.x', Description: 'new' }, slow.server)
    assert.equal((await invoke(slow.server, 'cold')).payload, 'old')
    assert.equal((await configurationOf('cold', slow.server)).Description, 'new')

    await slow.server.kill()
    await using again = await startTestServer({ dataDirectory, environment: slow.environment })
    assert.equal((await configurationOf('cold', again)).LastUpdateStatus, 'InProgress')
    assert.equal((await invoke(again, 'cold')).payload, 'old')
    slow.finish()
    await untilUpdated(again, 'cold')
    assert.equal((await invoke(again, 'cold')).payload, 'old')
  } finally {
    rmSync(dataDirectory, { recursive: true, force: true })
  }
})

function withoutMetadata({ $metadata: _, ...rest }: GetFunctionConfigurationCommandOutput): FunctionConfiguration {
  return rest
}

test('a dry run of new code tells what would be and stores nothing', async () => {
  await createFunction(server, { FunctionName: 'dry', code: answering('wet') })
  const before = await configurationOf('dry')
  const ZipFile = zipOf(answering('dry'))
  const answer = await updateCode('dry', { ZipFile, DryRun: true })
  assert.equal(answer.CodeSha256, sha256(ZipFile))
  assert.equal(answer.CodeSize, ZipFile.length)
  assert.deepEqual(await configurationOf('dry'), before)
  assert.equal((await invoke(server, 'dry')).payload, 'wet')
})

test('a dry run of code that is none is refused', async () => {
  await createFunction(server, { FunctionName: 'dry-bad', code: answering('') })
  const refusal = await refusalOf(updateCode('dry-bad', { ZipFile: Buffer.from('no zip'), DryRun: true }))
  assert.deepEqual(refusal, notAZip)
})

for (const name of [arn('by-arn'), `${ACCOUNT}:function:by-arn`, 'by-arn:$LATEST']) {
  test(`${name} addresses the function to update`, async () => {
    await createFunction(server, { FunctionName: 'by-arn', code: answering('') }).catch(() => undefined)
    const updated = await updateConfiguration(name, { Timeout: 11 })
    assert.equal(updated.FunctionArn, arn('by-arn'))
    await untilUpdated(server, 'by-arn')
  })
}

const notAZip = invalid('Could not unzip uploaded file. Please check your file, then try to upload again.')
const anotherForm = invalid(
  'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
)

const codeRefused: readonly { name: string; change: Partial<UpdateFunctionCodeCommandInput>; expected: Refusal }[] = [
  {
    name: 'a function that does not exist',
    change: { FunctionName: 'gone' },
    expected: notFound(`Function not found: ${arn('gone')}`),
  },
  { name: 'a version', change: { FunctionName: 'table:1' }, expected: anotherForm },
  { name: 'an alias', change: { FunctionName: 'table:live' }, expected: anotherForm },
  { name: 'no code', change: { ZipFile: undefined }, expected: invalid('Please provide a source for function code.') },
  { name: 'text', change: { ZipFile: Buffer.from('no zip') }, expected: notAZip },
  {
    name: 'a zip of more than 50 MB',
    change: { ZipFile: Buffer.alloc(52_428_801) },
    expected: tooLarge('Zipped size must be smaller than 52428800 bytes'),
  },
  {
    name: 'an image',
    change: { ZipFile: undefined, ImageUri: 'a/b:c' },
    expected: invalid("Please don't provide ImageUri when updating a function with packageType Zip."),
  },
  {
    name: 'a KMS key',
    change: { SourceKMSKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/k' },
    expected: notYet('SourceKMSKeyArn'),
  },
]

const runtimeRefusal = (name: string) =>
  `Value ${name} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [nodejs20.x, `

const configurationRefused: readonly {
  name: string
  change: Partial<UpdateFunctionConfigurationCommandInput>
  expected: Refusal
}[] = [
  {
    name: 'a function that does not exist',
    change: { FunctionName: 'gone' },
    expected: notFound(`Function not found: ${arn('gone')}`),
  },
  { name: 'a version', change: { FunctionName: `${arn('table')}:1` }, expected: anotherForm },
  {
    name: 'a role that is no ARN',
    change: { Role: 'r1' },
    expected: validation(
      "Value 'r1' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
    ),
  },
  {
    name: 'a retired runtime',
    change: { Runtime: 'python3.7' },
    expected: invalid(
      'The runtime parameter of python3.7 is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.',
    ),
  },
  {
    name: 'a reserved variable',
    change: { Environment: { Variables: { _HANDLER: 'x' } } },
    expected: validation(
      "Value '{_HANDLER=x}' at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
    ),
  },
]

test('an update that is refused changes nothing', async (t) => {
  await createFunction(server, { FunctionName: 'table', code: answering('') })
  const before = await configurationOf('table')
  for (const { name, change, expected } of codeRefused)
    await t.test(`new code: ${name} is refused`, async () => {
      assert.deepEqual(await refusalOf(updateCode('table', { ZipFile: zipOf(answering('x')), ...change })), expected)
    })
  for (const { name, change, expected } of configurationRefused)
    await t.test(`new settings: ${name} is refused`, async () => {
      assert.deepEqual(await refusalOf(updateConfiguration('table', change)), expected)
    })
  for (const Runtime of ['non-existent-runtime', 'PYTHON3.9'])
    await t.test(`new settings: the runtime ${Runtime} is refused`, async () => {
      const { message } = await refusalOf(updateConfiguration('table', { Runtime: Runtime as never }))
      assert.ok(message.startsWith(runtimeRefusal(Runtime)))
    })
  assert.deepEqual(await configurationOf('table'), before)
})
