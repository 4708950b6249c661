import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  CreateCodeSigningConfigCommand,
  type CreateCodeSigningConfigCommandInput,
  CreateFunctionCommand,
  DeleteCodeSigningConfigCommand,
  DeleteFunctionCodeSigningConfigCommand,
  DeleteFunctionCommand,
  GetCodeSigningConfigCommand,
  GetFunctionCodeSigningConfigCommand,
  type LambdaClient,
  ListCodeSigningConfigsCommand,
  ListFunctionsByCodeSigningConfigCommand,
  ListTagsCommand,
  PutFunctionCodeSigningConfigCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateCodeSigningConfigCommand,
  type UpdateCodeSigningConfigCommandInput,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { createFunction, executionRole, invoke, lambdaClient, logsClient, untilUpdated } from '../support/clients.ts'
import { AllowedPublishers } from '../support/code-signing-attempts.ts'
import { answering, arnOf, configurationOf, publishVersion } from '../support/functions.ts'
import { poll } from '../support/poll.ts'
import { sendSigned } from '../support/raw.ts'
import { conflict, invalid, notFound, type Refusal, refusalOf, validation } from '../support/refusal.ts'
import { ACCOUNT, REGION, startTestServer, type TestServer } from '../support/server.ts'
import { zipOf } from '../support/zip.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
  await createFunction(server, { FunctionName: 'f', code: answering('f') })
})
after(() => server[Symbol.asyncDispose]())

const send: LambdaClient['send'] = (command: never) => lambdaClient(server).send(command)

const profile = (name: string) => `arn:aws:signer:${REGION}:${ACCOUNT}:/signing-profiles/${name}`
const configArn = (id: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:code-signing-config:${id}`
const MISSING = configArn('csc-12345678901234567')

async function create(input: Partial<CreateCodeSigningConfigCommandInput> = {}) {
  const { CodeSigningConfig } = await send(new CreateCodeSigningConfigCommand({ AllowedPublishers, ...input }))
  assert.ok(CodeSigningConfig?.CodeSigningConfigArn)
  return { ...CodeSigningConfig, arn: CodeSigningConfig.CodeSigningConfigArn }
}

const enforcing = () => create({ CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Enforce' } })

const getConfig = async (CodeSigningConfigArn: string) =>
  (await send(new GetCodeSigningConfigCommand({ CodeSigningConfigArn }))).CodeSigningConfig
const updateConfig = async (
  CodeSigningConfigArn: string,
  change: Omit<UpdateCodeSigningConfigCommandInput, 'CodeSigningConfigArn'>,
) => (await send(new UpdateCodeSigningConfigCommand({ CodeSigningConfigArn, ...change }))).CodeSigningConfig
const deleteConfig = (CodeSigningConfigArn: string) =>
  send(new DeleteCodeSigningConfigCommand({ CodeSigningConfigArn }))
const put = (FunctionName: string, CodeSigningConfigArn: string) =>
  send(new PutFunctionCodeSigningConfigCommand({ FunctionName, CodeSigningConfigArn }))
const configOf = async (FunctionName: string) => {
  const { $metadata: _, ...answer } = await send(new GetFunctionCodeSigningConfigCommand({ FunctionName }))
  return answer
}
const release = (FunctionName: string) => send(new DeleteFunctionCodeSigningConfigCommand({ FunctionName }))
const usersOf = async (CodeSigningConfigArn: string) =>
  (await send(new ListFunctionsByCodeSigningConfigCommand({ CodeSigningConfigArn }))).FunctionArns

test('a configuration is created, shown, changed and deleted', async () => {
  const path = '/2020-04-22/code-signing-configs'
  const created = await sendSigned(server, {
    method: 'POST',
    path,
    body: JSON.stringify({ Description: 'Testing', AllowedPublishers }),
  })
  assert.equal(created.status, 201)
  const { CodeSigningConfigId: id, LastModified, ...config } = created.body.CodeSigningConfig as Record<string, unknown>
  assert.match(String(id), /^csc-[0-9a-f]{17}$/)
  assert.match(String(LastModified), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/)
  const arn = configArn(String(id))
  assert.deepEqual(config, {
    CodeSigningConfigArn: arn,
    Description: 'Testing',
    AllowedPublishers,
    CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Warn' },
  })
  assert.deepEqual(await getConfig(arn), { ...config, CodeSigningConfigId: id, LastModified })
  // A request without any member answers what there is.
  assert.deepEqual(await updateConfig(arn, {}), { ...config, CodeSigningConfigId: id, LastModified })

  const updated = await updateConfig(arn, {
    Description: 'other',
    CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Enforce' },
  })
  assert.deepEqual(
    { ...updated, LastModified },
    {
      ...config,
      CodeSigningConfigId: id,
      LastModified,
      Description: 'other',
      CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Enforce' },
    },
  )
  const publishers = { SigningProfileVersionArns: [profile('a'), profile('b')] }
  assert.deepEqual((await updateConfig(arn, { AllowedPublishers: publishers }))?.AllowedPublishers, publishers)
  assert.equal((await getConfig(arn))?.Description, 'other')

  const deleted = await sendSigned(server, { method: 'DELETE', path: `${path}/${arn}` })
  assert.deepEqual([deleted.status, deleted.text], [204, ''])
  assert.equal((await refusalOf(getConfig(arn))).status, 404)
})

test('configurations are listed page by page, also while some go', async () => {
  const made = await Promise.all(Array.from({ length: 5 }, () => create()))
  const arns: string[] = []
  let Marker: string | undefined
  do {
    const page = await send(new ListCodeSigningConfigsCommand({ Marker, MaxItems: 2 }))
    assert.ok((page.CodeSigningConfigs ?? []).length <= 2)
    for (const { CodeSigningConfigArn = '' } of page.CodeSigningConfigs ?? []) arns.push(CodeSigningConfigArn)
    const last = arns.at(-1)
    if (last !== undefined) await deleteConfig(last)
    Marker = page.NextMarker
  } while (Marker !== undefined)
  assert.equal(new Set(arns).size, arns.length)
  for (const { arn } of made) assert.ok(arns.includes(arn))
})

test('a function uses one configuration, another one, and none', async () => {
  const [first, second] = [await create(), await create()]
  assert.deepEqual(await configOf('f'), {})
  const answer = await put('f', first.arn)
  assert.equal(answer.$metadata.httpStatusCode, 200)
  assert.deepEqual([answer.CodeSigningConfigArn, answer.FunctionName], [first.arn, 'f'])
  assert.deepEqual(await configOf('f'), { CodeSigningConfigArn: first.arn, FunctionName: 'f' })
  assert.deepEqual(await usersOf(first.arn), [arnOf('f')])
  assert.deepEqual(await usersOf(second.arn), [])
  await put(arnOf('f'), second.arn)
  assert.deepEqual([await usersOf(first.arn), await usersOf(second.arn)], [[], [arnOf('f')]])
  assert.deepEqual(
    await refusalOf(deleteConfig(second.arn)),
    conflict(`The code signing configuration ${second.arn} cannot be deleted because functions use it.`),
  )
  // A second time there is nothing to release.
  for (let i = 0; i < 2; i++) assert.equal((await release('f')).$metadata.httpStatusCode, 204)
  assert.deepEqual(await configOf('f'), {})
  await deleteConfig(second.arn)
})

test('the functions of a configuration are listed page by page, and a deleted function is none of them', async () => {
  const { arn } = await create()
  const names = Array.from({ length: 5 }, (_, index) => `many-${index}`)
  await Promise.all(names.map((FunctionName) => createFunction(server, { FunctionName, code: answering('') })))
  await Promise.all(names.map((name) => put(name, arn)))
  await send(new DeleteFunctionCommand({ FunctionName: 'many-0' }))
  const found: string[] = []
  let Marker: string | undefined
  do {
    const page = await send(
      new ListFunctionsByCodeSigningConfigCommand({ CodeSigningConfigArn: arn, Marker, MaxItems: 2 }),
    )
    found.push(...(page.FunctionArns ?? []))
    Marker = page.NextMarker
  } while (Marker !== undefined)
  assert.deepEqual(found, names.slice(1).map(arnOf))
  await createFunction(server, { FunctionName: 'many-0', code: answering('') })
  assert.deepEqual(await configOf('many-0'), {})
})

test('tags are given at creation, added, listed and taken away', async () => {
  const { arn } = await create({ Tags: { team: 'blue' } })
  const tags = async () => (await send(new ListTagsCommand({ Resource: arn }))).Tags
  assert.deepEqual(await tags(), { team: 'blue' })
  await send(new TagResourceCommand({ Resource: arn, Tags: { team: 'red', cost: '7' } }))
  assert.deepEqual(await tags(), { team: 'red', cost: '7' })
  await updateConfig(arn, { Description: 'kept' })
  await send(new UntagResourceCommand({ Resource: arn, TagKeys: ['team'] }))
  assert.deepEqual(await tags(), { cost: '7' })
  await send(new UntagResourceCommand({ Resource: arn, TagKeys: ['cost'] }))
  assert.deepEqual(await tags(), {})
  assert.equal((await getConfig(arn))?.Description, 'kept')
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key-${index}`, '']))
  assert.deepEqual(await refusalOf(create({ Tags: many })), invalid('Number of tags exceeds resource tag limit.'))
})

test('changes that come at the same time are all kept', async () => {
  const { arn } = await create()
  await Promise.all(
    Array.from({ length: 20 }, (_, i) => send(new TagResourceCommand({ Resource: arn, Tags: { [`key-${i}`]: '' } }))),
  )
  const { Tags = {} } = await send(new ListTagsCommand({ Resource: arn }))
  assert.equal(Object.keys(Tags).length, 20)
})

const configNotFound = notFound(`The Lambda code signing configuration ${MISSING} can not be found.`)
const notToBeUsed: Refusal = {
  code: 'CodeSigningConfigNotFoundException',
  status: 404,
  message: `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${MISSING}.`,
}
const functionNotFound = notFound(`Function not found: ${arnOf('doesnotexist')}`)
const elsewhere = MISSING.replace(REGION, 'eu-west-1')

const refused: readonly { readonly name: string; call: () => Promise<unknown>; readonly expected: Refusal }[] = [
  { name: 'deleting no configuration', call: () => deleteConfig(MISSING), expected: configNotFound },
  { name: 'releasing no function', call: () => release('doesnotexist'), expected: functionNotFound },
  {
    name: 'no function for a configuration',
    call: async () => put('doesnotexist', (await create()).arn),
    expected: functionNotFound,
  },
  { name: 'no configuration for a function', call: () => put('f', MISSING), expected: notToBeUsed },
  { name: 'neither', call: () => put('doesnotexist', MISSING), expected: notToBeUsed },
  {
    name: 'changing no configuration',
    call: () => updateConfig(MISSING, { Description: 'new' }),
    expected: configNotFound,
  },
  { name: 'changing nothing of no configuration', call: () => updateConfig(MISSING, {}), expected: configNotFound },
  { name: 'showing no configuration', call: () => getConfig(MISSING), expected: configNotFound },
  { name: 'the configuration of no function', call: () => configOf('doesnotexist'), expected: functionNotFound },
  { name: 'the functions of no configuration', call: () => usersOf(MISSING), expected: configNotFound },
  { name: 'a new function with no configuration', call: () => createWith(MISSING), expected: notToBeUsed },
  {
    name: 'the tags of no configuration',
    call: () => send(new ListTagsCommand({ Resource: MISSING })),
    expected: configNotFound,
  },
  {
    name: 'tagging no configuration',
    call: () => send(new TagResourceCommand({ Resource: MISSING, Tags: { a: 'b' } })),
    expected: configNotFound,
  },
  {
    name: 'a configuration of another region',
    call: () => getConfig(elsewhere),
    expected: notFound(`The Lambda code signing configuration ${elsewhere} can not be found.`),
  },
  {
    name: 'an alias',
    call: async () => put('f:live', (await create()).arn),
    expected: invalid(
      'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
    ),
  },
  {
    name: 'a function of another region',
    call: () => configOf(arnOf('f').replace(REGION, 'ap-southeast-1')),
    expected: notFound(`Functions from 'ap-southeast-1' are not reachable in this region ('${REGION}')`),
  },
  {
    name: 'nobody who may sign',
    call: () => create({ AllowedPublishers: { SigningProfileVersionArns: [] } }),
    expected: validation(
      "Value '[]' at 'allowedPublishers.signingProfileVersionArns' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ),
  },
  {
    name: 'an unknown policy',
    call: () => create({ CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Ignore' as never } }),
    expected: validation(
      "Value 'Ignore' at 'codeSigningPolicies.untrustedArtifactOnDeployment' failed to satisfy constraint: Member must satisfy enum value set: [Warn, Enforce]",
    ),
  },
  {
    name: 'a marker that is none',
    call: () => send(new ListCodeSigningConfigsCommand({ Marker: 'nonsense' })),
    expected: invalid('The provided marker is invalid.'),
  },
]

for (const { name, call, expected } of refused)
  test(`${name} is refused`, async () => assert.deepEqual(await refusalOf(call()), expected))

const createWith = async (CodeSigningConfigArn: string, FunctionName = 'signed') =>
  send(
    new CreateFunctionCommand({
      FunctionName,
      Role: await executionRole(server),
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: zipOf(answering('signed')) },
      CodeSigningConfigArn,
    }),
  )

const unverified: Refusal = {
  code: 'CodeVerificationFailedException',
  status: 400,
  message:
    'Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is not configured to accept. Check the provided signature for enforced.',
}

test('where a signature is enforced no code is deployed, and what runs goes on running', async () => {
  const { arn } = await enforcing()
  assert.deepEqual(await refusalOf(createWith(arn, 'enforced')), unverified)
  assert.deepEqual(await usersOf(arn), [])

  await createFunction(server, { FunctionName: 'enforced', code: answering('before') })
  await put('enforced', arn)
  const unchanged = await configurationOf(server, 'enforced')
  const ZipFile = zipOf(answering('after'))
  for (const DryRun of [true, false]) {
    const update = new UpdateFunctionCodeCommand({ FunctionName: 'enforced', ZipFile, DryRun })
    assert.deepEqual(await refusalOf(send(update)), unverified)
  }
  assert.deepEqual(await configurationOf(server, 'enforced'), unchanged)
  assert.equal((await invoke(server, 'enforced')).payload, 'before')
  // Settings are no code.
  await send(new UpdateFunctionConfigurationCommand({ FunctionName: 'enforced', Timeout: 5 }))
  await untilUpdated(server, 'enforced')
  await publishVersion(server, 'enforced')

  await release('enforced')
  await send(new UpdateFunctionCodeCommand({ FunctionName: 'enforced', ZipFile }))
  await untilUpdated(server, 'enforced')
  assert.equal((await invoke(server, 'enforced')).payload, 'after')
})

const warnings = async (FunctionName: string) => {
  const command = new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${FunctionName}` })
  const lines = await poll(async () => {
    const { events = [] } = await logsClient(server).send(command)
    const found = events.map(({ message = '' }) => message.trimEnd())
    return found.some((line) => line.startsWith('REPORT')) ? found : undefined
  })
  return lines.filter((line) => line === 'lambent: the signature of the code package was not verified').length
}

test('where a warning is enough the code runs, and the logs of server and function tell', async () => {
  const { arn } = await create()
  await createWith(arn, 'warned')
  await untilUpdated(server, 'warned')
  assert.deepEqual(await usersOf(arn), [arnOf('warned')])
  assert.deepEqual(await configOf('warned'), { CodeSigningConfigArn: arn, FunctionName: 'warned' })
  assert.equal((await invoke(server, 'warned')).payload, 'signed')
  assert.equal(await warnings('warned'), 1)
  assert.match(server.errors(), /signature was not verified.*warned/)

  await invoke(server, 'f')
  assert.equal(await warnings('f'), 0)
})

test('code signing survives a crash', async () => {
  await using first = await startTestServer()
  const { dataDirectory } = first
  await createFunction(first, { FunctionName: 'f', code: answering('f') })
  const { CodeSigningConfig: config } = await lambdaClient(first).send(
    new CreateCodeSigningConfigCommand({ AllowedPublishers }),
  )
  const CodeSigningConfigArn = config?.CodeSigningConfigArn
  await lambdaClient(first).send(new PutFunctionCodeSigningConfigCommand({ FunctionName: 'f', CodeSigningConfigArn }))
  await first.kill()
  await using second = await startTestServer({ dataDirectory })
  const { $metadata: _, ...answer } = await lambdaClient(second).send(
    new GetFunctionCodeSigningConfigCommand({ FunctionName: 'f' }),
  )
  assert.deepEqual(answer, { CodeSigningConfigArn, FunctionName: 'f' })
})
