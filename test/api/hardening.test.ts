import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { CreateFunctionCommand, InvokeCommand } from '@aws-sdk/client-lambda'
import { createFunction, iamClient, invoke, lambdaClient, TRUST_LAMBDA } from '../support/clients.ts'
import { sendSigned } from '../support/raw.ts'
import { ACCOUNT, type Credentials, startTestServer, type TestServer } from '../support/server.ts'
import { zipOfFixture } from '../support/zip.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server[Symbol.asyncDispose]())

async function userWith(UserName: string, ...Statement: readonly object[]): Promise<Credentials> {
  const iam = iamClient(server)
  await iam.send(new CreateUserCommand({ UserName }))
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'all', PolicyDocument }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

test('a role is passed under its own ARN only, not under one that merely ends in its name', async () => {
  await iamClient(server).send(new CreateRoleCommand({ RoleName: 'admin', AssumeRolePolicyDocument: TRUST_LAMBDA }))
  const user = await userWith(
    'passer',
    { Effect: 'Allow', Action: ['lambda:*', 'iam:PassRole'], Resource: '*' },
    { Effect: 'Deny', Action: 'iam:PassRole', Resource: `arn:aws:iam::${ACCOUNT}:role/admin` },
  )
  for (const path of ['app/admin', 'ADMIN']) {
    const create = new CreateFunctionCommand({
      FunctionName: 'passed',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: `arn:aws:iam::${ACCOUNT}:role/${path}`,
      Code: { ZipFile: zipOfFixture('echo-node') },
    })
    await assert.rejects(lambdaClient(server, user).send(create), {
      name: 'InvalidParameterValueException',
      message: 'The role defined for the function cannot be assumed by Lambda.',
    })
  }
})

test('a policy that asks for the tags of a function gets them', async () => {
  await createFunction(server, { FunctionName: 'prod', code: 'echo-node', Tags: { env: 'prod' } })
  await createFunction(server, { FunctionName: 'dev', code: 'echo-node', Tags: { env: 'dev' } })
  const user = await userWith(
    'developer',
    { Effect: 'Allow', Action: 'lambda:*', Resource: '*' },
    {
      Effect: 'Deny',
      Action: 'lambda:*',
      Resource: '*',
      Condition: { StringEquals: { 'aws:ResourceTag/env': 'prod' } },
    },
  )
  const run = (FunctionName: string) =>
    lambdaClient(server, user).send(new InvokeCommand({ FunctionName, InvocationType: 'DryRun' }))
  assert.equal((await run('dev')).StatusCode, 204)
  await assert.rejects(run('prod'), { name: 'AccessDeniedException' })
})

test('a document of endless depth is refused and costs little', async () => {
  const answer = await sendSigned(server, {
    method: 'POST',
    path: '/2015-03-31/functions',
    body: '['.repeat(5_000_000),
  })
  assert.equal(answer.status, 400)
  assert.match(String(answer.body.message), /Document nesting depth \(1001\) exceeds the maximum allowed/)
})

test('an action that no service has is no error of the server', async () => {
  const answer = await sendSigned(
    server,
    { method: 'POST', path: '/', body: 'Action=toString&Version=2010-05-08' },
    server.credentials,
  )
  assert.ok(answer.status < 500)
})

test('a function that floods its Runtime API without reading the answers hurts nobody else', async () => {
  await createFunction(server, { FunctionName: 'flood', code: 'flood-runtime-api' })
  await createFunction(server, { FunctionName: 'bystander', code: 'echo-node' })
  const [flood, ...others] = await Promise.all([
    invoke(server, 'flood'),
    ...[1, 2, 3].map((a) => invoke(server, 'bystander', { a })),
  ])
  assert.equal(flood.payload, 'flooded')
  assert.deepEqual(
    others.map(({ payload }) => payload),
    [{ a: 1 }, { a: 2 }, { a: 3 }],
  )
  const pages = Number(readFileSync(`/proc/${server.process.pid}/statm`, 'utf8').split(' ')[1])
  assert.ok(pages * 4096 < 1024 ** 3, `${pages} pages`)
})

test('a root key that was preset is not printed', async () => {
  const environment = {
    LAMBENT_ROOT_ACCESS_KEY_ID: 'AKIAPRESETPRESETPRES',
    LAMBENT_ROOT_SECRET_ACCESS_KEY: 'a-secret-of-somebody',
  }
  await using preset = await startTestServer({ environment })
  await preset.stop()
  assert.ok(!preset.output().includes('a-secret-of-somebody'))
})
