import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DeleteRoleCommand, DeleteRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { CreateFunctionCommand, DeleteFunctionCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda'
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import {
  createFunction,
  executionRole,
  iamClient,
  invoke,
  lambdaClient,
  policy,
  stsClient,
} from '../support/clients.ts'
import { arnOf, describeAs } from '../support/functions.ts'
import { refusalOf } from '../support/refusal.ts'
import { ACCOUNT, type Credentials, startTestServer, type TestServer } from '../support/server.ts'
import { zipOfFixture } from '../support/zip.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
  await createFunction(server, { FunctionName: 'called', code: 'echo-node' })
})
after(() => server[Symbol.asyncDispose]())

const allow = (Action: string | readonly string[], Resource = '*', more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
})

/** What the role may do from now on. */
const allowRole = (RoleName: string, ...statements: readonly object[]) =>
  iamClient(server).send(
    new PutRolePolicyCommand({ RoleName, PolicyName: 'may', PolicyDocument: policy(...statements) }),
  )

/** A function that tells its environment, with a role of its own; its keys. */
async function keysOf(
  FunctionName: string,
  RoleName: string,
): Promise<Credentials & { readonly sessionToken: string }> {
  await createFunction(server, { FunctionName, code: 'context-node', Role: await executionRole(server, RoleName) })
  return keysIn((await invoke(server, FunctionName)).payload)
}

const keysIn = ({ environment }: { readonly environment: Readonly<Record<string, string>> }) => ({
  accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
  secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
  sessionToken: environment.AWS_SESSION_TOKEN ?? '',
})

const identityOf = async (credentials: Credentials) =>
  (await stsClient(server, credentials).send(new GetCallerIdentityCommand({}))).Arn

for (const [name, settings] of [
  ['call-node', {}],
  ['call-python', { Runtime: 'python3.12', Handler: 'app.handler' }],
] as const) {
  test(`${name}: a function calls another from inside its sandbox, as its role and as far as that may`, async () => {
    const RoleName = `role-of-${name}`
    const Role = await executionRole(server, RoleName)
    await createFunction(server, { FunctionName: name, code: name, Role, ...settings })
    const call = async (to: string) => {
      const path = `/2015-03-31/functions/${to}/invocations`
      return (await invoke(server, name, { endpoint: server.url, path, body: '{"hello":"you"}' })).payload
    }
    const who = `arn:aws:sts::${ACCOUNT}:assumed-role/${RoleName}/${name}`
    const refused = (to: string) => ({
      status: 403,
      body: JSON.stringify({
        Message: `User: ${who} is not authorized to perform: lambda:InvokeFunction on resource: ${arnOf(to)} because no identity-based policy allows the lambda:InvokeFunction action`,
      }),
    })
    assert.deepEqual(await call('called'), refused('called'))
    const from = (source: string) => ({ Condition: { ArnLike: { 'lambda:SourceFunctionArn': arnOf(source) } } })
    await allowRole(RoleName, allow('lambda:InvokeFunction', arnOf('called'), from('somebody-else')))
    assert.deepEqual(await call('called'), refused('called'))
    await allowRole(RoleName, allow('lambda:InvokeFunction', arnOf('called'), from(name)))
    assert.deepEqual(await call('called'), { status: 200, body: '{"hello":"you"}' })
    assert.deepEqual(await call(name), refused(name))
    await iamClient(server).send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'may' }))
    assert.deepEqual(await call('called'), refused('called'))
  })
}

test('each environment has keys of its own', async () => {
  await createFunction(server, { FunctionName: 'many', code: 'context-node' })
  const keys: Required<Credentials>[] = []
  for (const round of ['first', 'second', 'third']) {
    // What is changed runs in an environment of its own.
    await describeAs(server, 'many', round)
    keys.push(keysIn((await invoke(server, 'many')).payload))
  }
  for (const name of ['accessKeyId', 'secretAccessKey', 'sessionToken'] as const)
    assert.equal(new Set(keys.map((found) => found[name])).size, 3)
  for (const found of keys) assert.equal(await identityOf(found), `arn:aws:sts::${ACCOUNT}:assumed-role/test-role/many`)
})

test('a function with a name of one character has a session with a longer one', async () => {
  const credentials = await keysOf('x', 'short')
  assert.equal(await identityOf(credentials), `arn:aws:sts::${ACCOUNT}:assumed-role/short/x@lambda_function`)
})

test('the keys end with the role, also when another of its name comes', async () => {
  const RoleName = 'passing'
  const credentials = await keysOf('orphan', RoleName)
  await allowRole(RoleName, allow('lambda:ListFunctions'))
  const list = () => lambdaClient(server, credentials).send(new ListFunctionsCommand({}))
  assert.equal((await list()).$metadata.httpStatusCode, 200)

  const iam = iamClient(server)
  await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'may' }))
  await iam.send(new DeleteRoleCommand({ RoleName }))
  assert.equal((await refusalOf(list())).code, 'UnrecognizedClientException')
  await executionRole(server, RoleName)
  await allowRole(RoleName, allow('lambda:ListFunctions'))
  assert.equal((await refusalOf(list())).code, 'UnrecognizedClientException')
})

test('the keys of a function that is deleted may do no more than its role', async () => {
  const credentials = await keysOf('leaver', 'leaving')
  await lambdaClient(server).send(new DeleteFunctionCommand({ FunctionName: 'leaver' }))
  assert.equal(await identityOf(credentials), `arn:aws:sts::${ACCOUNT}:assumed-role/leaving/leaver`)
  const list = lambdaClient(server, credentials).send(new ListFunctionsCommand({}))
  assert.equal((await refusalOf(list)).code, 'AccessDeniedException')
})

test('a function cannot raise itself: it passes no role that it may not pass, and assumes none that does not trust it', async () => {
  const RoleName = 'builder'
  const credentials = await keysOf('building', RoleName)
  await executionRole(server, 'admin')
  const Role = `arn:aws:iam::${ACCOUNT}:role/admin`
  const create = (FunctionName: string) =>
    lambdaClient(server, credentials).send(
      new CreateFunctionCommand({
        FunctionName,
        Role,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { ZipFile: zipOfFixture('echo-node') },
      }),
    )
  const passedTo = (service: string) => ({ Condition: { StringEquals: { 'iam:PassedToService': service } } })
  await allowRole(RoleName, allow(['lambda:*', 'sts:*']))
  assert.match((await refusalOf(create('raised'))).message, /is not authorized to perform: iam:PassRole on resource/)
  await allowRole(RoleName, allow('lambda:*'), allow('iam:PassRole', Role, passedTo('events.amazonaws.com')))
  assert.match((await refusalOf(create('raised'))).message, /is not authorized to perform: iam:PassRole on resource/)
  await allowRole(RoleName, allow('*'))
  const assume = new AssumeRoleCommand({ RoleArn: Role, RoleSessionName: 'raised' })
  assert.equal((await refusalOf(stsClient(server, credentials).send(assume))).code, 'AccessDenied')
  await allowRole(RoleName, allow('lambda:*'), allow('iam:PassRole', Role, passedTo('lambda.amazonaws.com')))
  assert.equal((await create('granted')).Role, Role)
})
