import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import {
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListTagsCommand,
  PublishLayerVersionCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-lambda'
import { authenticate, type Identity, presignUrl } from '#auth'
import { systemClock } from '#base'
import { ApiError } from '#model'
import { alice, worker } from './support.ts'

const scope = { region: 'eu-central-1', service: 'lambda' }
const secretAccessKey = 'secret'
const identities: Readonly<Record<string, Identity>> = {
  AKIDEXAMPLE: { secretAccessKey, caller: alice },
  ASIDEXAMPLE: { secretAccessKey, sessionToken: 'IQoJ/token+with=signs==', caller: worker },
}

let server: Server
let origin: string

before(async () => {
  server = createServer(async (message, response) => {
    const { status, body } = await answer(message)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

after(() => server.close())

/** 200 if the signature is right, however little sense the request makes. */
async function answer(message: IncomingMessage): Promise<{ status: number; body: object }> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  const [rawPath = '', ...query] = (message.url ?? '').split('?')
  const request = {
    method: message.method ?? '',
    rawPath,
    rawQuery: query.join('?'),
    rawHeaders: message.rawHeaders,
    headers: message.headers,
    body: Buffer.concat(chunks),
  }
  try {
    const caller = await authenticate(request, scope, systemClock, (id) => identities[id], {
      mode: 'iam',
      secure: false,
    })
    return { status: 200, body: { Arn: caller.arn } }
  } catch (error) {
    assert(error instanceof ApiError)
    return { status: error.status, body: { message: error.message } }
  }
}

const lambda = (accessKeyId: string, sessionToken?: string) =>
  new LambdaClient({
    region: scope.region,
    endpoint: origin,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
  })

const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:f'

const calls: readonly (readonly [string, (client: LambdaClient) => Promise<unknown>])[] = [
  ['Invoke', (client) => client.send(new InvokeCommand({ FunctionName: 'echo', Payload: Buffer.from('{"a":1}') }))],
  [
    'Invoke by ARN with qualifier',
    (client) => client.send(new InvokeCommand({ FunctionName: arn, Qualifier: '$LATEST' })),
  ],
  [
    'Invoke with a client context',
    (client) => client.send(new InvokeCommand({ FunctionName: "a(b)*~'!", ClientContext: 'eyJhIjoxfQ==' })),
  ],
  ['GetFunction', (client) => client.send(new GetFunctionCommand({ FunctionName: 'f', Qualifier: 'prod' }))],
  [
    'ListFunctions with a marker',
    (client) => client.send(new ListFunctionsCommand({ Marker: 'a+b/c==&d', MaxItems: 5 })),
  ],
  ['ListTags', (client) => client.send(new ListTagsCommand({ Resource: arn }))],
  [
    'TagResource with words beyond ASCII',
    (client) => client.send(new TagResourceCommand({ Resource: arn, Tags: { größe: 'ü €' } })),
  ],
  [
    'UntagResource',
    (client) => client.send(new UntagResourceCommand({ Resource: arn, TagKeys: ['z', 'a b', 'größe', 'a+b', 'a'] })),
  ],
  [
    'a big layer',
    (client) =>
      client.send(new PublishLayerVersionCommand({ LayerName: 'l', Content: { ZipFile: Buffer.alloc(300_000) } })),
  ],
]

for (const [name, call] of calls) {
  test(`the SDK's signature is accepted: ${name}`, async () => {
    await call(lambda('AKIDEXAMPLE'))
  })
  test(`the SDK's signature with a session token is accepted: ${name}`, async () => {
    await call(lambda('ASIDEXAMPLE', 'IQoJ/token+with=signs=='))
  })
}

test('a wrong secret is refused', async () => {
  const client = new LambdaClient({
    region: scope.region,
    endpoint: origin,
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'other' },
  })
  await assert.rejects(client.send(new ListFunctionsCommand({})), /The request signature we calculated does not match/)
})

test('a presigned URL is accepted by whoever fetches it, until somebody changes it', async () => {
  const url = presignUrl(
    `${origin}/code/a%3Ab?x=1&a=%C3%BC`,
    { accessKeyId: 'AKIDEXAMPLE', secretAccessKey },
    scope,
    Date.now(),
    { expiresSeconds: 600 },
  )
  assert.equal((await fetch(url)).status, 200)
  assert.equal((await fetch(url.replace('x=1', 'x=2'))).status, 403)
  assert.equal((await fetch(url, { method: 'PUT' })).status, 403)
})

test('a presigned URL of a session carries its token', async () => {
  const url = presignUrl(
    `${origin}/code`,
    { accessKeyId: 'ASIDEXAMPLE', secretAccessKey, sessionToken: 'IQoJ/token+with=signs==' },
    scope,
    Date.now(),
    { expiresSeconds: 600 },
  )
  assert.equal((await fetch(url)).status, 200)
})
