import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateAliasCommand,
  CreateFunctionUrlConfigCommand,
  GetFunctionUrlConfigCommand,
  TagResourceCommand,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda'
import { createFunction, createUser, lambdaClient } from '../support/clients.ts'
import { createUrl, sendSignedToUrl, sendToUrl } from '../support/function-urls.ts'
import { arnOf, publishVersion } from '../support/functions.ts'
import type { RawAnswer } from '../support/raw.ts'
import { refusalOf } from '../support/refusal.ts'
import { ACCOUNT, startTestServer, type TestServer } from '../support/server.ts'

const ORGANIZATION = 'o-a1b2c3d4e5'

let server: TestServer
let open: string
let signed: string
let alias: string
before(async () => {
  server = await startTestServer({ args: ['--organization', ORGANIZATION] })
  for (const name of ['open', 'signed']) await createFunction(server, { FunctionName: name, code: 'echo-node' })
  await publishVersion(server, 'signed')
  await lambdaClient(server).send(
    new CreateAliasCommand({ FunctionName: 'signed', Name: 'live', FunctionVersion: '1' }),
  )
  await lambdaClient(server).send(new TagResourceCommand({ Resource: arnOf('signed'), Tags: { team: 'blue' } }))
  open = await createUrl(server, { FunctionName: 'open' })
  signed = await createUrl(server, { FunctionName: 'signed', AuthType: 'AWS_IAM' })
  alias = await createUrl(server, { FunctionName: 'signed', Qualifier: 'live', AuthType: 'AWS_IAM' })
})
after(() => server[Symbol.asyncDispose]())

const FORBIDDEN = JSON.stringify({
  Message:
    'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
})
const refusal = ({ status, headers, text }: RawAnswer) => ({ status, type: headers['x-amzn-errortype'], text })
const forbidden = { status: 403, type: 'AccessDeniedException', text: FORBIDDEN }

test('a URL without authentication needs a policy of the function, whoever asks', async () => {
  assert.deepEqual(refusal(await sendToUrl(server, open)), forbidden)
  assert.deepEqual(refusal(await sendSignedToUrl(server, open, server.credentials)), forbidden)
})

test('a URL with authentication is closed to those who do not sign', async () => {
  assert.deepEqual(refusal(await sendToUrl(server, signed)), forbidden)
})

test('the function learns who signed, and not how', async () => {
  const { status, body } = await sendSignedToUrl(server, signed, server.credentials, { path: '/a?b=c' })
  assert.equal(status, 200)
  const { requestContext, headers } = body as {
    requestContext: { accountId: string; authorizer: object }
    headers: object
  }
  assert.equal('authorization' in headers, false)
  assert.deepEqual(
    [requestContext.accountId, requestContext.authorizer],
    [
      ACCOUNT,
      {
        iam: {
          accessKey: server.credentials.accessKeyId,
          accountId: ACCOUNT,
          callerId: ACCOUNT,
          cognitoIdentity: null,
          principalOrgId: ORGANIZATION,
          userArn: `arn:aws:iam::${ACCOUNT}:root`,
          userId: ACCOUNT,
        },
      },
    ],
  )
})

test('a signature that does not fit, or a key that nobody has, is refused in the words for it', async () => {
  const wrong = await sendSignedToUrl(server, signed, { ...server.credentials, secretAccessKey: 'wrong' })
  assert.deepEqual([wrong.status, wrong.headers['x-amzn-errortype']], [403, 'InvalidSignatureException'])
  assert.match(String(wrong.body.message), /^The request signature we calculated does not match/)
  const unknown = await sendSignedToUrl(server, signed, { accessKeyId: 'AKIAUNKNOWNUNKNOWN00', secretAccessKey: 'x' })
  assert.deepEqual(
    [unknown.status, unknown.body.message],
    [403, 'The security token included in the request is invalid.'],
  )
})

test('a policy may tell apart which URLs somebody makes and changes', async () => {
  const FunctionName = 'open'
  const condition = { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } }
  const may = { Effect: 'Allow', Action: 'lambda:*', Resource: '*', Condition: condition }
  const client = lambdaClient(server, await createUser(server, 'careful', may))
  const refused = async (call: Promise<unknown>) => (await refusalOf(call)).code
  const DENIED = 'AccessDeniedException'
  assert.equal(await refused(client.send(new GetFunctionUrlConfigCommand({ FunctionName }))), DENIED)
  const none = { FunctionName: 'signed', AuthType: 'NONE' } as const
  assert.equal(await refused(client.send(new UpdateFunctionUrlConfigCommand(none))), DENIED)
  assert.equal(await refused(client.send(new CreateFunctionUrlConfigCommand(none))), DENIED)
  const { AuthType } = await client.send(new GetFunctionUrlConfigCommand({ FunctionName: 'signed' }))
  assert.equal(AuthType, 'AWS_IAM')
})

const allow = (Resource: string, Condition = {}) => ({
  Effect: 'Allow',
  Action: 'lambda:InvokeFunctionUrl',
  Resource,
  Condition,
})
const cases: readonly [string, readonly object[], { ofFunction: number; ofAlias: number }][] = [
  ['nothing', [], { ofFunction: 403, ofAlias: 403 }],
  ['the function', [allow(arnOf('signed'))], { ofFunction: 200, ofAlias: 403 }],
  ['the alias', [allow(arnOf('signed:live'))], { ofFunction: 403, ofAlias: 200 }],
  ['another action', [{ ...allow('*'), Action: 'lambda:InvokeFunction' }], { ofFunction: 403, ofAlias: 403 }],
  [
    'URLs with authentication, and calls through a URL',
    [
      allow('*', {
        StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' },
        Bool: { 'lambda:InvokedViaFunctionUrl': 'true' },
      }),
    ],
    { ofFunction: 200, ofAlias: 200 },
  ],
  [
    'URLs without authentication',
    [allow('*', { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } })],
    { ofFunction: 403, ofAlias: 403 },
  ],
  [
    'functions of the team',
    [allow('*', { StringEquals: { 'aws:ResourceTag/team': 'blue' } })],
    { ofFunction: 200, ofAlias: 200 },
  ],
  [
    'what the organization may',
    [allow('*', { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION } })],
    { ofFunction: 200, ofAlias: 200 },
  ],
  [
    'what another organization may',
    [allow('*', { StringEquals: { 'aws:PrincipalOrgID': 'o-zzzzzzzzzz' } })],
    { ofFunction: 403, ofAlias: 403 },
  ],
  [
    'every URL but denied the invocation of the function',
    [allow('*'), { Effect: 'Deny', Action: 'lambda:InvokeFunction', Resource: arnOf('signed') }],
    { ofFunction: 403, ofAlias: 200 },
  ],
]
for (const [index, [what, statements, expected]] of cases.entries())
  test(`who is allowed ${what} reaches what that means`, async () => {
    const credentials = await createUser(server, `user-${index}`, ...statements)
    const statusAt = async (host: string) => (await sendSignedToUrl(server, host, credentials)).status
    assert.deepEqual({ ofFunction: await statusAt(signed), ofAlias: await statusAt(alias) }, expected)
    if (expected.ofFunction === 403)
      assert.deepEqual(refusal(await sendSignedToUrl(server, signed, credentials)), forbidden)
  })
