import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  GetUserCommand,
  PutUserPermissionsBoundaryCommand,
} from '@aws-sdk/client-iam'
import {
  CreateAliasCommand,
  GetFunctionCommand,
  ListFunctionsCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { isMutation, lambdaService, type OperationName } from '#model'
import { createFunction, createUser, iamClient, invoke, lambdaClient, stsClient } from '../support/clients.ts'
import { createUrl, sendSignedToUrl, sendToUrl } from '../support/function-urls.ts'
import { arnOf } from '../support/functions.ts'
import { poll } from '../support/poll.ts'
import { sendRaw, sendSigned } from '../support/raw.ts'
import { refusalOf } from '../support/refusal.ts'
import { ACCOUNT, type Credentials, startTestServer, type TestServer } from '../support/server.ts'
import { temporaryDirectory } from '../support/start-in-vain.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
  await createFunction(server, { FunctionName: 'f', code: 'echo-node' })
})
after(() => server[Symbol.asyncDispose]())

type Line = Readonly<Record<string, unknown>>

const fileOf = (name: string, dataDirectory = server.dataDirectory) => join(dataDirectory, 'audit', `${name}.jsonl`)

function linesOf(name: string, dataDirectory?: string): readonly Line[] {
  const file = fileOf(name, dataDirectory)
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
}

/** The line of the request with this id, without what differs from run to run. */
async function lineOf(name: string, requestId: string | undefined): Promise<Line> {
  const { time, ...line } = await poll(() => linesOf(name).find((found) => found.requestId === requestId))
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.equal(line.requestId, requestId)
  const { requestId: _, ...rest } = line
  return rest
}

const root = () => ({
  principal: `arn:aws:iam::${ACCOUNT}:root`,
  accessKeyId: server.credentials.accessKeyId,
  sourceIp: '127.0.0.1',
})
const nobody = { principal: null, accessKeyId: null, sourceIp: '127.0.0.1' }
const userNamed = (name: string, { accessKeyId }: Credentials) => ({
  principal: `arn:aws:iam::${ACCOUNT}:user/${name}`,
  accessKeyId,
  sourceIp: '127.0.0.1',
})

/** What an operation is asked about that has an action of its own name. */
const about = (operation: string, resource: string | null) => ({ operation, action: operation, resource })

test('a change that succeeded has a line: who did what to which resource', async () => {
  const { $metadata } = await lambdaClient(server).send(
    new CreateAliasCommand({ FunctionName: 'f', Name: 'live', FunctionVersion: '$LATEST' }),
  )
  assert.deepEqual(await lineOf('changes', $metadata.requestId), {
    ...root(),
    ...about('lambda:CreateAlias', arnOf('f')),
    outcome: 'succeeded',
  })
})

test('changes of identities have lines, and so have keys that were handed out', async () => {
  const iam = iamClient(server)
  const user = await iam.send(new CreateUserCommand({ UserName: 'ada' }))
  const key = await iam.send(new CreateAccessKeyCommand({ UserName: 'ada' }))
  const resource = `arn:aws:iam::${ACCOUNT}:user/ada`
  for (const [operation, { $metadata }] of [
    ['iam:CreateUser', user],
    ['iam:CreateAccessKey', key],
  ] as const)
    assert.deepEqual(await lineOf('changes', $metadata.requestId), {
      ...root(),
      ...about(operation, resource),
      outcome: 'succeeded',
    })
  assert.doesNotMatch(readFileSync(fileOf('changes'), 'utf8'), new RegExp(key.AccessKey?.AccessKeyId ?? 'none'))
})

test('what only looks, fails or invokes has no line', async () => {
  const before = linesOf('changes').length
  await lambdaClient(server).send(new GetFunctionCommand({ FunctionName: 'f' }))
  await iamClient(server).send(new GetUserCommand({ UserName: 'ada' }))
  await stsClient(server).send(new GetCallerIdentityCommand({}))
  await refusalOf(lambdaClient(server).send(new GetFunctionCommand({ FunctionName: 'nobody' })))
  await refusalOf(
    lambdaClient(server).send(new UpdateFunctionConfigurationCommand({ FunctionName: 'nobody', Timeout: 3 })),
  )
  await invoke(server, 'f')
  await invoke(server, 'f', {}, { InvocationType: 'Event' })
  // Lines keep their order, so all of theirs would be there with this one.
  const { $metadata } = await iamClient(server).send(new CreateUserCommand({ UserName: 'later' }))
  await lineOf('changes', $metadata.requestId)
  assert.equal(linesOf('changes').length, before + 1)
})

test('which operations are changes follows from the model', () => {
  const names = Object.keys(lambdaService.operations) as OperationName[]
  const changes = names.filter((name) => isMutation(lambdaService, lambdaService.operations[name] ?? never(name)))
  assert.deepEqual(
    names.filter((name) => !changes.includes(name) && !/^(Get|List|Invoke)/.test(name)),
    [],
  )
  assert.deepEqual(
    changes.filter((name) => /^(Get|List|Invoke)/.test(name)),
    [],
  )
})

function never(name: string): never {
  throw new Error(`${name} is no operation`)
}

test('a denial has a line with the statement that denied, or says that none allows', async () => {
  const ada = await createUser(
    server,
    'guarded',
    { Effect: 'Allow', Action: 'lambda:*', Resource: '*' },
    { Sid: 'NotF', Effect: 'Deny', Action: 'lambda:InvokeFunction', Resource: arnOf('f') },
  )
  const path = '/2015-03-31/functions/f/invocations'
  const denied = await sendSigned(server, { method: 'POST', path, body: '{}' }, ada)
  assert.equal(denied.status, 403)
  assert.deepEqual(await lineOf('denials', String(denied.headers['x-amzn-requestid'])), {
    ...userNamed('guarded', ada),
    operation: 'lambda:Invoke',
    action: 'lambda:InvokeFunction',
    resource: arnOf('f'),
    outcome: 'denied',
    error: 'AccessDeniedException',
    reason: { kind: 'explicit-deny', policyKind: 'identity-based policy', policy: 'all', statement: 'NotF' },
  })

  const without = await sendSigned(
    server,
    { method: 'POST', path: '/', body: 'Action=ListUsers&Version=2010-05-08' },
    ada,
    'iam',
  )
  assert.equal(without.status, 403)
  const { reason, error } = await lineOf('denials', String(without.headers['x-amzn-requestid']))
  assert.deepEqual(reason, { kind: 'implicit-deny', policyKind: 'identity-based policy' })
  assert.equal(error, 'AccessDeniedException')
})

test('what limits a caller is named when it denies', async () => {
  const limited = await createUser(server, 'limited', { Effect: 'Allow', Action: '*', Resource: '*' })
  await iamClient(server).send(
    new PutUserPermissionsBoundaryCommand({
      UserName: 'limited',
      PermissionsBoundary: 'arn:aws:iam::aws:policy/AWSLambda_ReadOnlyAccess',
    }),
  )
  const answer = await sendSigned(server, { method: 'DELETE', path: '/2015-03-31/functions/f' }, limited)
  const { reason } = await lineOf('denials', String(answer.headers['x-amzn-requestid']))
  assert.deepEqual(reason, { kind: 'implicit-deny', policyKind: 'permissions boundary' })
})

test('what is asked inside an operation is in the line of its denial', async () => {
  const builder = await createUser(server, 'builder', { Effect: 'Allow', Action: 'lambda:*', Resource: '*' })
  const role = `arn:aws:iam::${ACCOUNT}:role/test-role`
  const body = JSON.stringify({ Role: role })
  const path = '/2015-03-31/functions/f/configuration'
  const answer = await sendSigned(server, { method: 'PUT', path, body }, builder)
  const line = await lineOf('denials', String(answer.headers['x-amzn-requestid']))
  assert.deepEqual(
    [line.operation, line.action, line.resource],
    ['lambda:UpdateFunctionConfiguration', 'iam:PassRole', role],
  )
})

test('a role that does not trust the caller has a line', async () => {
  const stranger = await createUser(server, 'stranger', { Effect: 'Allow', Action: '*', Resource: '*' })
  const RoleArn = `arn:aws:iam::${ACCOUNT}:role/test-role`
  await refusalOf(stsClient(server, stranger).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'mine' })))
  const line = await poll(() => linesOf('denials').find(({ operation }) => operation === 'sts:AssumeRole'))
  assert.deepEqual([line.action, line.resource], ['sts:AssumeRole', RoleArn])
  assert.deepEqual(line.reason, { kind: 'implicit-deny', policyKind: 'resource-based policy' })
})

test('a rule that no policy can change is told from policies', async () => {
  const answer = await sendSigned(server, {
    method: 'PUT',
    path: `/2015-03-31/functions/${encodeURIComponent(arnOf('f').replace(ACCOUNT, '999999999999'))}/configuration`,
    body: '{}',
  })
  assert.equal(answer.status, 403)
  const { reason, ...line } = await lineOf('denials', String(answer.headers['x-amzn-requestid']))
  assert.deepEqual(reason, { kind: 'rule' })
  assert.equal(line.principal, root().principal)
})

test('who could not prove who he is has a line with the key that he named', async () => {
  const request = { method: 'GET', path: '/2015-03-31/functions' }
  const unsigned = await sendRaw(server, request)
  const common = { operation: 'lambda:ListFunctions', action: null, resource: null, outcome: 'denied' }
  const reason = { kind: 'authentication' }
  assert.deepEqual(await lineOf('denials', String(unsigned.headers['x-amzn-requestid'])), {
    ...nobody,
    ...common,
    error: 'MissingAuthenticationTokenException',
    reason,
  })
  const forged = await sendSigned(server, request, { ...server.credentials, secretAccessKey: 'guessed' })
  assert.deepEqual(await lineOf('denials', String(forged.headers['x-amzn-requestid'])), {
    ...nobody,
    accessKeyId: server.credentials.accessKeyId,
    ...common,
    error: 'InvalidSignatureException',
    reason,
  })
})

test('a request to a function URL that is denied has a line', async () => {
  const host = await createUrl(server, { FunctionName: 'f' })
  const answer = await sendToUrl(server, host)
  assert.equal(answer.status, 403)
  const denied = {
    ...about('lambda:InvokeFunctionUrl', arnOf('f')),
    outcome: 'denied',
    error: 'AccessDeniedException',
    reason: { kind: 'implicit-deny', policyKind: 'resource-based policy' },
  }
  assert.deepEqual(await lineOf('denials', String(answer.headers['x-amzn-requestid'])), { ...nobody, ...denied })

  await createFunction(server, { FunctionName: 'signed', code: 'echo-node' })
  const signed = await createUrl(server, { FunctionName: 'signed', AuthType: 'AWS_IAM' })
  const visitor = await createUser(server, 'visitor')
  const refused = await sendSignedToUrl(server, signed, visitor)
  assert.deepEqual(await lineOf('denials', String(refused.headers['x-amzn-requestid'])), {
    ...userNamed('visitor', visitor),
    ...denied,
    resource: arnOf('signed'),
    reason: { kind: 'implicit-deny', policyKind: 'identity-based policy' },
  })
})

test('the files are for their owner alone', () => {
  assert.equal(statSync(join(server.dataDirectory, 'audit')).mode & 0o777, 0o700)
  for (const name of ['changes', 'denials']) assert.equal(statSync(fileOf(name)).mode & 0o777, 0o600)
})

/** A request that is denied; returns its id. */
async function beDenied(at: TestServer): Promise<string> {
  const { headers } = await sendRaw(at, { method: 'GET', path: '/2015-03-31/functions' })
  return String(headers['x-amzn-requestid'])
}

test('a file that is full is kept under another name, of which the oldest go', async () => {
  using directory = temporaryDirectory()
  const dataDirectory = directory.path
  const audit = join(dataDirectory, 'audit')
  mkdirSync(audit)
  const older = [1, 2, 3, 4, 5, 6, 7].map((day) => `denials-2020-01-0${day}T00-00-00.000Z.jsonl`)
  for (const name of older) writeFileSync(join(audit, name), '{}\n')
  writeFileSync(join(audit, 'denials.jsonl'), `${' '.repeat(16_777_215)}\n`)
  await using full = await startTestServer({ dataDirectory })
  const id = await beDenied(full)
  await poll(() => (readdirSync(audit).length === 8 && !readdirSync(audit).includes(older[0] ?? '')) || undefined)
  assert.deepEqual(
    linesOf('denials', dataDirectory).map(({ requestId }) => requestId),
    [id],
  )
  const [newest = ''] = readdirSync(audit).filter((name) => !older.includes(name) && name !== 'denials.jsonl')
  assert.equal(statSync(join(audit, newest)).size, 16_777_216)
})

test('lines go on behind one that was broken off, and are all there when the server has stopped', async () => {
  using directory = temporaryDirectory()
  const dataDirectory = directory.path
  mkdirSync(join(dataDirectory, 'audit'))
  writeFileSync(fileOf('denials', dataDirectory), '{"time":"20')
  await using stopping = await startTestServer({ dataDirectory })
  const ids = await Promise.all(Array.from({ length: 200 }, () => beDenied(stopping)))
  await stopping.stop()
  const [broken, ...lines] = readFileSync(fileOf('denials', dataDirectory), 'utf8').trimEnd().split('\n')
  assert.equal(broken, '{"time":"20')
  assert.deepEqual(new Set(lines.map((line) => JSON.parse(line).requestId)), new Set(ids))
})

test('where it cannot be written requests are answered all the same, and the lines that are lost are counted', async () => {
  using directory = temporaryDirectory()
  const dataDirectory = directory.path
  const audit = join(dataDirectory, 'audit')
  writeFileSync(audit, 'in the way')
  await using blocked = await startTestServer({ dataDirectory })
  for (let request = 0; request < 3; request++) await beDenied(blocked)
  assert.equal((await lambdaClient(blocked).send(new ListFunctionsCommand({}))).$metadata.httpStatusCode, 200)
  await poll(() => blocked.errors().includes('the audit log could not be written') || undefined)
  assert.equal(blocked.errors().split('the audit log could not be written').length, 2)
  rmSync(audit)
  const id = await beDenied(blocked)
  const lines = await poll(() => {
    const found = linesOf('denials', dataDirectory)
    return found.length === 2 ? found : undefined
  })
  assert.deepEqual([lines[0]?.requestId, lines[1]?.lost], [id, 3])
})
