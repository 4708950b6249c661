import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AddPermissionCommand } from '@aws-sdk/client-lambda'
import { createFunction, createUser, lambdaClient } from '../support/clients.ts'
import { createUrl } from '../support/function-urls.ts'
import { arnOf } from '../support/functions.ts'
import { sendRaw, sendSigned } from '../support/raw.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { streaming } from '../support/streaming.ts'

let server: TestServer
let open: string
let signed: string
before(async () => {
  server = await startTestServer()
  await createFunction(server, { FunctionName: 'open', code: 'echo-node' })
  await createFunction(server, { FunctionName: 'signed', code: 'echo-node' })
  const idOf = async (url: Promise<string>) => (await url).split('.')[0] ?? ''
  open = await idOf(createUrl(server, { FunctionName: 'open' }))
  signed = await idOf(createUrl(server, { FunctionName: 'signed', AuthType: 'AWS_IAM' }))
  await allowEverybody('open')
})
after(() => server[Symbol.asyncDispose]())

const allowEverybody = (FunctionName: string) =>
  lambdaClient(server).send(
    new AddPermissionCommand({
      FunctionName,
      StatementId: 'everybody',
      Action: 'lambda:InvokeFunctionUrl',
      Principal: '*',
      FunctionUrlAuthType: 'NONE',
    }),
  )

for (const [path, rawPath] of [
  ['', '/'],
  ['/', '/'],
  ['/a%20b?c=d', '/a%20b'],
  ['/lambda-url/other/2015-03-31/functions', '/lambda-url/other/2015-03-31/functions'],
] as const)
  test(`below the id the path is the function's: ${path}`, async () => {
    const { status, body } = await sendRaw(server, { method: 'POST', path: `/lambda-url/${open}${path}`, body: 'text' })
    assert.equal(status, 200)
    const context = body.requestContext as { apiId: string; domainName: string; http: { path: string } }
    assert.deepEqual(
      [body.rawPath, body.body, context.apiId, context.domainName, context.http.path],
      [rawPath, 'dGV4dA==', open, `${open}.lambda-url.us-east-1.localhost`, decodeURIComponent(rawPath)],
    )
  })

test('a signature is over the path as it was sent', async () => {
  const request = { method: 'GET', path: `/lambda-url/${signed}/a` }
  const allowed = { Effect: 'Allow', Action: 'lambda:InvokeFunctionUrl', Resource: arnOf('signed') }
  const caller = await createUser(server, 'caller', allowed)
  const answer = await sendSigned(server, request, caller)
  assert.equal(answer.status, 200)
  assert.equal(answer.body.rawPath, '/a')
  const nobody = await createUser(server, 'nobody')
  for (const refused of [await sendRaw(server, request), await sendSigned(server, request, nobody)])
    assert.equal(refused.status, 403)
})

test('nobody answers at an id that is not there, and requests have the size of any other', async () => {
  const nowhere = await sendRaw(server, { method: 'GET', path: '/lambda-url/nowhere/' })
  assert.deepEqual([nowhere.status, nowhere.text], [403, '{"Message":null}'])
  assert.equal((await sendRaw(server, { method: 'GET', path: '/lambda-url/' })).status, 403)
  const large = await sendRaw(server, { method: 'POST', path: `/lambda-url/${open}/`, body: Buffer.alloc(6_291_457) })
  assert.equal(large.status, 413)
})

test('responses are streamed there too', async () => {
  await createFunction(server, { FunctionName: 'streams', code: streaming("stream.write('a'); stream.end()") })
  const url = await createUrl(server, { FunctionName: 'streams', InvokeMode: 'RESPONSE_STREAM' })
  await allowEverybody('streams')
  const { text, headers } = await sendRaw(server, { method: 'GET', path: `/lambda-url/${url.split('.')[0]}/` })
  assert.deepEqual([text, headers['transfer-encoding']], ['a', 'chunked'])
})
