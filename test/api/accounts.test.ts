import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { DescribeLogGroupsCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { GetRoleCommand, ListUsersCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  DeleteFunctionEventInvokeConfigCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  GetPolicyCommand,
  GetProvisionedConcurrencyConfigCommand,
  type LambdaClient,
  ListAliasesCommand,
  ListFunctionEventInvokeConfigsCommand,
  ListFunctionsCommand,
  ListProvisionedConcurrencyConfigsCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  PutProvisionedConcurrencyConfigCommand,
  PutResourcePolicyCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  UpdateFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { isOpenToAccounts } from '#auth'
import { lambdaService, type OperationName } from '#model'
import {
  allowUser,
  createFunction,
  createUser,
  executionRole,
  iamClient,
  invoke,
  lambdaClient,
  logsClient,
  policy,
  stsClient,
  untilUpdated,
} from '../support/clients.ts'
import { answering, publishVersion } from '../support/functions.ts'
import { poll } from '../support/poll.ts'
import { sendSigned } from '../support/raw.ts'
import { denied, type Refusal, refusalOf } from '../support/refusal.ts'
import { restRequest } from '../support/sample-requests.ts'
import { sampleInput } from '../support/samples.ts'
import { inAccount, REGION, startTestServer, type TestServer } from '../support/server.ts'
import { zipOf } from '../support/zip.ts'

const OWNER = '111111111111'
const GUEST = '222222222222'
const ORGANIZATION = 'o-a1b2c3d4e5'

const accessPointOf = (account: string) =>
  `arn:aws:elasticfilesystem:${REGION}:${account}:access-point/fsap-0123456789abcdef0`
const directory = mkdtempSync(join(tmpdir(), 'lambent-accounts-'))
const args = ['--accounts', `${OWNER},${GUEST}`, '--organization', ORGANIZATION]

let server: TestServer
let owner: TestServer
let guest: TestServer
before(async () => {
  server = await startTestServer({ args: [...args, '--file-system', `${accessPointOf(OWNER)}=${directory}`] })
  owner = inAccount(server, OWNER)
  guest = inAccount(server, GUEST)
})
after(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true })
})

const arnIn = (account: string, name: string) => `arn:aws:lambda:${REGION}:${account}:function:${name}`
const userArn = (account: string, name: string) => `arn:aws:iam::${account}:user/${name}`
const allow = (Action: string, Resource = '*') => ({ Effect: 'Allow', Action, Resource })
const because = (who: string, action: string, resource: string, tail: string): Refusal =>
  denied(`User: ${who} is not authorized to perform: ${action} on resource: ${resource} ${tail}`)
const noResourcePolicy = (action: string) => `because no resource-based policy allows the ${action} action`
const noIdentityPolicy = (action: string) => `because no identity-based policy allows the ${action} action`

const grant = (FunctionName: string, Principal: string, StatementId: string, Action = 'lambda:*', Qualifier?: string) =>
  lambdaClient(owner).send(new AddPermissionCommand({ FunctionName, Principal, StatementId, Action, Qualifier }))

test('each account has a root user, whose key is in a profile of its own', async () => {
  for (const view of [server, owner, guest]) {
    const { $metadata: _, ...identity } = await stsClient(view).send(new GetCallerIdentityCommand({}))
    const { account } = view
    assert.deepEqual(identity, { Account: account, UserId: account, Arn: `arn:aws:iam::${account}:root` })
  }
  const profiles = readFileSync(join(server.dataDirectory, 'credentials'), 'utf8').match(/^\[.*\]$/gm)
  assert.deepEqual(profiles, ['[default]', `[account-${OWNER}]`, `[account-${GUEST}]`])
  assert.match(server.output(), new RegExp(`account ${GUEST}: AWS_PROFILE=account-${GUEST}`))
  assert.doesNotMatch(server.output(), new RegExp(guest.credentials.secretAccessKey.replaceAll(/[+/]/g, '.')))
})

test('an account sees its own functions, roles, users and logs only, also of the same name', async () => {
  for (const view of [owner, guest]) {
    await createFunction(view, {
      FunctionName: 'same',
      code: {
        'index.mjs': `export const handler = async () => { console.log("in ${view.account}"); return process.env.AWS_LAMBDA_FUNCTION_NAME }`,
      },
    })
    await createUser(view, `user-of-${view.account}`)
    assert.equal((await invoke(view, 'same')).payload, 'same')
  }
  for (const view of [owner, guest]) {
    const { Functions = [] } = await lambdaClient(view).send(new ListFunctionsCommand({}))
    assert.deepEqual(
      Functions.map(({ FunctionArn }) => FunctionArn),
      [arnIn(view.account, 'same')],
    )
    const { Users = [] } = await iamClient(view).send(new ListUsersCommand({}))
    assert.deepEqual(
      Users.map(({ Arn }) => Arn),
      [userArn(view.account, `user-of-${view.account}`)],
    )
    const { Role } = await iamClient(view).send(new GetRoleCommand({ RoleName: 'test-role' }))
    assert.equal(Role?.Arn, `arn:aws:iam::${view.account}:role/test-role`)
    const logs = logsClient(view)
    const said = await poll(async () => {
      const command = new FilterLogEventsCommand({ logGroupName: '/aws/lambda/same', filterPattern: '"in "' })
      const { events = [] } = await logs.send(command).catch(() => ({ events: [] }))
      return events.length > 0 ? events : undefined
    })
    assert.equal(said.length, 1)
    assert.match(said[0]?.message ?? '', new RegExp(`in ${view.account}`))
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}))
    assert.deepEqual(
      logGroups.map(({ logGroupArn }) => logGroupArn),
      [`arn:aws:logs:${REGION}:${view.account}:log-group:/aws/lambda/same`],
    )
  }
  assert.deepEqual((await lambdaClient(server).send(new ListFunctionsCommand({}))).Functions, [])
  assert.deepEqual((await logsClient(server).send(new DescribeLogGroupsCommand({}))).logGroups, [])
})

test('what a policy opens with lambda:* works from the other account, by the ARN of the function', async (t) => {
  await createFunction(owner, { FunctionName: 'shared', code: answering('v1') })
  await grant('shared', GUEST, 'all')
  await publishVersion(owner, 'shared')
  await grant('shared', GUEST, 'version', 'lambda:*', '1')
  const FunctionName = arnIn(OWNER, 'shared')
  const alias = { FunctionName, Name: 'live' }
  const version = { FunctionName, Qualifier: '1' }
  const calls: Readonly<Record<string, (client: LambdaClient) => Promise<unknown>>> = {
    GetFunction: (client) => client.send(new GetFunctionCommand({ FunctionName })),
    GetFunctionConfiguration: (client) => client.send(new GetFunctionConfigurationCommand({ FunctionName })),
    Invoke: () => invoke(guest, FunctionName),
    UpdateFunctionCode: async (client) => {
      await client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zipOf(answering('v2')) }))
      await untilUpdated(owner, 'shared')
    },
    PublishVersion: (client) => client.send(new PublishVersionCommand({ FunctionName })),
    ListVersionsByFunction: (client) => client.send(new ListVersionsByFunctionCommand({ FunctionName })),
    PutFunctionConcurrency: (client) =>
      client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 })),
    GetFunctionConcurrency: (client) => client.send(new GetFunctionConcurrencyCommand({ FunctionName })),
    DeleteFunctionConcurrency: (client) => client.send(new DeleteFunctionConcurrencyCommand({ FunctionName })),
    CreateAlias: (client) => client.send(new CreateAliasCommand({ ...alias, FunctionVersion: '1' })),
    GetAlias: (client) => client.send(new GetAliasCommand(alias)),
    ListAliases: (client) => client.send(new ListAliasesCommand({ FunctionName })),
    UpdateAlias: (client) => client.send(new UpdateAliasCommand({ ...alias, Description: 'theirs' })),
    PutFunctionEventInvokeConfig: (client) =>
      client.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 1 })),
    GetFunctionEventInvokeConfig: (client) => client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName })),
    UpdateFunctionEventInvokeConfig: (client) =>
      client.send(new UpdateFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 0 })),
    ListFunctionEventInvokeConfigs: (client) =>
      client.send(new ListFunctionEventInvokeConfigsCommand({ FunctionName })),
    DeleteFunctionEventInvokeConfig: (client) =>
      client.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName })),
    PutProvisionedConcurrencyConfig: (client) =>
      client.send(new PutProvisionedConcurrencyConfigCommand({ ...version, ProvisionedConcurrentExecutions: 1 })),
    GetProvisionedConcurrencyConfig: (client) => client.send(new GetProvisionedConcurrencyConfigCommand(version)),
    ListProvisionedConcurrencyConfigs: (client) =>
      client.send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName })),
    DeleteProvisionedConcurrencyConfig: (client) => client.send(new DeleteProvisionedConcurrencyConfigCommand(version)),
    DeleteAlias: (client) => client.send(new DeleteAliasCommand(alias)),
    TagResource: (client) => client.send(new TagResourceCommand({ Resource: FunctionName, Tags: { a: 'b' } })),
    ListTags: (client) => client.send(new ListTagsCommand({ Resource: FunctionName })),
    UntagResource: (client) => client.send(new UntagResourceCommand({ Resource: FunctionName, TagKeys: ['a'] })),
    GetPolicy: (client) => client.send(new GetPolicyCommand({ FunctionName })),
    DeleteFunction: (client) => client.send(new DeleteFunctionCommand({ FunctionName })),
  }
  for (const [name, call] of Object.entries(calls))
    await t.test(name, async () => void (await call(lambdaClient(guest))))
  const { Functions = [] } = await lambdaClient(owner).send(new ListFunctionsCommand({}))
  assert.ok(!Functions.some((found) => found.FunctionName === 'shared'))
})

test('other operations on a function of another account are refused without a word', async (t) => {
  await createFunction(owner, { FunctionName: 'closed', code: answering('closed') })
  await grant('closed', GUEST, 'all')
  const FunctionName = arnIn(OWNER, 'closed')
  const Role = await executionRole(guest)
  const calls: Readonly<Record<string, (client: LambdaClient) => Promise<unknown>>> = {
    CreateFunction: (client) => client.send(new CreateFunctionCommand({ FunctionName, Role, Code: {} })),
    UpdateFunctionConfiguration: (client) =>
      client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 })),
    AddPermission: (client) =>
      client.send(new AddPermissionCommand({ FunctionName, StatementId: 's', Action: 'lambda:*', Principal: GUEST })),
    RemovePermission: (client) => client.send(new RemovePermissionCommand({ FunctionName, StatementId: 'all' })),
    PutResourcePolicy: (client) =>
      client.send(new PutResourcePolicyCommand({ ResourceArn: FunctionName, Policy: policy() })),
  }
  for (const [name, call] of Object.entries(calls)) {
    await t.test(name, async () => {
      const { code, status, message } = await refusalOf(call(lambdaClient(guest)))
      assert.deepEqual([code, status], ['AccessDeniedException', 403])
      assert.doesNotMatch(message, /authorized/)
    })
  }
})

/** Operations on a function that no policy opens to other accounts. */
const closed = (Object.keys(lambdaService.operations) as OperationName[]).filter((name) => {
  const { FunctionName, Resource } = sampleInput(lambdaService, name)
  return (FunctionName ?? Resource) !== undefined && !isOpenToAccounts(name)
})

test('of all operations on a function only those that AWS names are open to another account', async () => {
  await createFunction(owner, { FunctionName: 'narrow', code: answering('narrow') })
  await grant('narrow', GUEST, 'all')
  assert.ok(closed.length > 20)
  for (const name of closed) {
    const input = { ...sampleInput(lambdaService, name), FunctionName: arnIn(OWNER, 'narrow') }
    const { status, body } = await sendSigned(guest, restRequest(name, input))
    assert.deepEqual([name, status, body], [name, 403, { Message: null }])
  }
})

test('across accounts both sides must allow', async () => {
  await createFunction(owner, { FunctionName: 'both', code: answering('both') })
  const FunctionName = arnIn(OWNER, 'both')
  const action = 'lambda:InvokeFunction'
  const credentials = await createUser(guest, 'visitor')
  const call = () => invoke(guest, FunctionName, {}, {}, credentials)
  const who = userArn(GUEST, 'visitor')
  assert.deepEqual(await refusalOf(call()), because(who, action, FunctionName, noResourcePolicy(action)))
  await allowUser(guest, 'visitor', allow(action, FunctionName))
  assert.deepEqual(await refusalOf(call()), because(who, action, FunctionName, noResourcePolicy(action)))
  for (const [i, principal] of [GUEST, who, '*'].entries()) {
    await grant('both', principal, `s${i}`, action)
    assert.equal((await call()).payload, 'both')
    await allowUser(guest, 'visitor', allow('s3:*'))
    assert.deepEqual(await refusalOf(call()), because(who, action, FunctionName, noIdentityPolicy(action)))
    await allowUser(guest, 'visitor', allow(action, FunctionName))
    await lambdaClient(owner).send(new RemovePermissionCommand({ FunctionName: 'both', StatementId: `s${i}` }))
    assert.deepEqual(await refusalOf(call()), because(who, action, FunctionName, noResourcePolicy(action)))
  }
  await grant('both', userArn(GUEST, 'somebody-else'), 'other', action)
  await grant('both', OWNER, 'home', action)
  assert.deepEqual(await refusalOf(call()), because(who, action, FunctionName, noResourcePolicy(action)))
})

test('the root user of another account needs the policy of the resource', async () => {
  await createFunction(owner, { FunctionName: 'rooted', code: answering('rooted') })
  const FunctionName = arnIn(OWNER, 'rooted')
  const action = 'lambda:InvokeFunction'
  const who = `arn:aws:iam::${GUEST}:root`
  assert.deepEqual(
    await refusalOf(invoke(guest, FunctionName)),
    because(who, action, FunctionName, noResourcePolicy(action)),
  )
  await grant('rooted', GUEST, 'guest', action)
  assert.equal((await invoke(guest, FunctionName)).payload, 'rooted')
  // Without an account, a name means a function of the caller's own.
  assert.equal((await refusalOf(invoke(guest, 'rooted'))).code, 'ResourceNotFoundException')
})

test('a permission can be narrowed to an organization', async () => {
  await createFunction(owner, { FunctionName: 'organized', code: answering('organized') })
  const FunctionName = arnIn(OWNER, 'organized')
  const add = (PrincipalOrgID: string) =>
    lambdaClient(owner).send(
      new AddPermissionCommand({
        FunctionName: 'organized',
        StatementId: PrincipalOrgID,
        Action: 'lambda:InvokeFunction',
        Principal: '*',
        PrincipalOrgID,
      }),
    )
  await add('o-zzzzzzzzzz')
  assert.equal((await refusalOf(invoke(guest, FunctionName))).code, 'AccessDeniedException')
  await add(ORGANIZATION)
  assert.equal((await invoke(guest, FunctionName)).payload, 'organized')
})

test('the file system of another account is not there', async () => {
  const mount = {
    FileSystemConfigs: [{ Arn: accessPointOf(OWNER), LocalMountPath: '/mnt/data' }],
    VpcConfig: { SubnetIds: ['subnet-0123456789abcdef0'], SecurityGroupIds: ['sg-0123456789abcdef0'] },
  }
  const create = (view: TestServer) =>
    createFunction(view, { FunctionName: 'mounting', code: answering('mounted'), ...mount })
  const refusal = await refusalOf(create(guest))
  assert.match(refusal.message, /^No directory of this host stands for the access point/)
  await createFunction(guest, { FunctionName: 'mounting', code: answering('mounted') })
  const update = new UpdateFunctionConfigurationCommand({ FunctionName: 'mounting', ...mount })
  assert.deepEqual(await refusalOf(lambdaClient(guest).send(update)), refusal)
  await create(owner)
})

test('who names a function of another account as a destination does not learn whether it is there', async () => {
  for (const FunctionName of ['hidden', 'shown']) await createFunction(owner, { FunctionName, code: answering('') })
  const Role = await executionRole(guest, 'sender')
  await iamClient(guest).send(
    new PutRolePolicyCommand({
      RoleName: 'sender',
      PolicyName: 'send',
      PolicyDocument: policy(allow('lambda:InvokeFunction')),
    }),
  )
  await createFunction(guest, { FunctionName: 'sending', Role, code: answering('') })
  await grant('shown', GUEST, 'destination', 'lambda:InvokeFunction')
  const send = (name: string) =>
    lambdaClient(guest)
      .send(
        new PutFunctionEventInvokeConfigCommand({
          FunctionName: 'sending',
          DestinationConfig: { OnSuccess: { Destination: arnIn(OWNER, name) } },
        }),
      )
      .then(
        () => 'sent',
        ({ message }: Error) => message,
      )
  const unknown = (name: string) =>
    `The function's execution role does not have permissions to call InvokeFunction on ${arnIn(OWNER, name)}`
  for (const name of ['hidden', 'absent', 'shown:$LATEST']) assert.equal(await send(name), unknown(name))
  assert.notEqual(await send('shown'), unknown('shown'))
})

test('a function may call a function of another account as its role', async () => {
  await createFunction(owner, { FunctionName: 'called', code: answering('called') })
  await createFunction(guest, { FunctionName: 'caller', code: 'context-node' })
  const { environment } = (await invoke(guest, 'caller')).payload
  const credentials = {
    accessKeyId: environment.AWS_ACCESS_KEY_ID,
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY,
    sessionToken: environment.AWS_SESSION_TOKEN,
  }
  const FunctionName = arnIn(OWNER, 'called')
  const action = 'lambda:InvokeFunction'
  const who = `arn:aws:sts::${GUEST}:assumed-role/test-role/caller`
  await grant('called', `arn:aws:iam::${GUEST}:role/test-role`, 'role', action)
  const call = invoke(guest, FunctionName, {}, {}, credentials)
  assert.deepEqual(await refusalOf(call), because(who, action, FunctionName, noIdentityPolicy(action)))
})

test('keys and accounts stay what they are when the server starts again, and accounts can be left out', async () => {
  await using before = await startTestServer({ args: ['--accounts', OWNER] })
  const { dataDirectory } = before
  const root = inAccount(before, OWNER)
  const user = await createUser(root, 'user')
  await createFunction(root, { FunctionName: 'kept', code: answering('kept') })
  await before.stop()
  {
    await using without = await startTestServer({ dataDirectory })
    for (const credentials of [root.credentials, user])
      assert.equal(
        (await refusalOf(stsClient(without, credentials).send(new GetCallerIdentityCommand({})))).code,
        'InvalidClientTokenId',
      )
  }
  await using again = await startTestServer({ dataDirectory, environment: { LAMBENT_ACCOUNTS: OWNER } })
  assert.equal(inAccount(again, OWNER).credentials.secretAccessKey, root.credentials.secretAccessKey)
  assert.equal((await invoke(inAccount(again, OWNER), 'kept')).payload, 'kept')
})
