import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { GetFunctionCommand, GetFunctionConfigurationCommand, UpdateFunctionCodeCommand } from '@aws-sdk/client-lambda'
import { createFunction, lambdaClient, untilUpdated } from '../support/clients.ts'
import { sendSigned } from '../support/raw.ts'
import { notFound, refusalOf } from '../support/refusal.ts'
import { ACCOUNT, REGION, startTestServer, type TestServer } from '../support/server.ts'
import { zipOf, zipOfFixture } from '../support/zip.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
  await createFunction(server, { FunctionName: 'plain', code: 'echo-node' })
  await createFunction(server, {
    FunctionName: 'tagged',
    code: 'echo-node',
    Tags: { team: 'blue', 'cost centre': '7' },
  })
})
after(() => server[Symbol.asyncDispose]())

const arn = (name: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`
const get = (FunctionName: string, Qualifier?: string) =>
  lambdaClient(server).send(new GetFunctionCommand({ FunctionName, Qualifier }))

async function locationOf(name: string): Promise<URL> {
  return new URL((await get(name)).Code?.Location ?? '')
}

test('GetFunction answers configuration and code, and no other member', async () => {
  const { status, body } = await sendSigned(server, { method: 'GET', path: '/2015-03-31/functions/plain' })
  assert.equal(status, 200)
  assert.deepEqual(Object.keys(body).sort(), ['Code', 'Configuration'])
  assert.deepEqual(Object.keys(body.Code as object).sort(), ['Location', 'RepositoryType'])
  assert.equal((body.Code as { RepositoryType: string }).RepositoryType, 'S3')
})

test('its configuration is what GetFunctionConfiguration answers', async () => {
  const { $metadata: _, ...alone } = await lambdaClient(server).send(
    new GetFunctionConfigurationCommand({ FunctionName: 'plain' }),
  )
  assert.deepEqual((await get('plain')).Configuration, alone)
})

test('tags are shown when there are some', async () => {
  assert.deepEqual((await get('tagged')).Tags, { team: 'blue', 'cost centre': '7' })
})

const names = [
  { name: 'plain', shown: arn('plain') },
  { name: arn('plain'), shown: arn('plain') },
  { name: `${ACCOUNT}:function:plain`, shown: arn('plain') },
  { name: `${ACCOUNT}:plain`, shown: arn('plain') },
  { name: `${REGION}:${ACCOUNT}:function:plain`, shown: arn('plain') },
  { name: 'function:plain', shown: arn('plain') },
  { name: 'plain', qualifier: '$LATEST', shown: arn('plain:$LATEST') },
  { name: 'plain:$LATEST', shown: arn('plain:$LATEST') },
  { name: arn('plain:$LATEST'), qualifier: '$LATEST', shown: arn('plain:$LATEST') },
]

for (const { name, qualifier, shown } of names) {
  test(`${name}${qualifier ? ` at ${qualifier}` : ''} is shown as ${shown}`, async () => {
    const { Configuration } = await get(name, qualifier)
    assert.equal(Configuration?.FunctionArn, shown)
    assert.equal(Configuration?.FunctionName, 'plain')
    assert.equal(Configuration?.Version, '$LATEST')
  })
}

for (const [name, qualifier] of [['gone'], ['plain', '1'], ['plain', 'live'], ['plain', '$latest']] as const) {
  test(`${name}${qualifier ? ` at ${qualifier}` : ''} does not exist`, async () => {
    const expected = notFound(`Function not found: ${arn(name)}${qualifier ? `:${qualifier}` : ''}`)
    assert.deepEqual(await refusalOf(get(name, qualifier)), expected)
  })
}

test('the link downloads exactly the bytes that were uploaded, without a signature', async () => {
  const answer = await fetch(await locationOf('plain'))
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('content-type'), 'application/zip')
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), zipOfFixture('echo-node'))
})

test('the link of a large package downloads it whole', async () => {
  const ZipFile = zipOf({ 'index.mjs': 'export const handler = async () => 1', data: Buffer.alloc(20_000_000, 'data') })
  await lambdaClient(server).send(new UpdateFunctionCodeCommand({ FunctionName: 'tagged', ZipFile }))
  await untilUpdated(server, 'tagged')
  const answer = await fetch(await locationOf('tagged'))
  assert.ok(Buffer.from(await answer.arrayBuffer()).equals(ZipFile))
})

test('the link leads to the host that the client asked', async () => {
  const { port } = new URL(server.url)
  const answer = await sendSigned(
    { ...server, url: `http://localhost:${port}` },
    { method: 'GET', path: '/2015-03-31/functions/plain' },
  )
  assert.equal(new URL((answer.body.Code as { Location: string }).Location).host, `localhost:${port}`)
})

const tamperings: readonly { name: string; change: (link: URL) => void }[] = [
  { name: 'a later expiry', change: ({ searchParams }) => searchParams.set('expires', '99999999999') },
  { name: 'an expiry that is past', change: ({ searchParams }) => searchParams.set('expires', '1') },
  { name: 'an expiry that is no number', change: ({ searchParams }) => searchParams.set('expires', 'never') },
  { name: 'another signature', change: ({ searchParams }) => searchParams.set('signature', 'A'.repeat(43)) },
  { name: 'no signature', change: ({ searchParams }) => searchParams.delete('signature') },
  { name: 'no parameters', change: (link) => (link.search = '') },
  { name: 'the hash of another package', change: (link) => (link.pathname = `/code-packages/${'A'.repeat(43)}`) },
  { name: 'a path out of the store', change: (link) => (link.pathname = '/code-packages/%2e%2e%2fcredentials') },
]

for (const { name, change } of tamperings) {
  test(`a link with ${name} gives nothing`, async () => {
    const link = await locationOf('plain')
    change(link)
    const answer = await fetch(link)
    assert.equal(answer.status, 403)
    assert.doesNotMatch(await answer.text(), /PK/)
  })
}

test('a link of one server opens nothing at another', async () => {
  await using other = await startTestServer()
  await createFunction(other, { FunctionName: 'plain', code: 'echo-node' })
  const link = await locationOf('plain')
  link.host = new URL(other.url).host
  assert.equal((await fetch(link)).status, 403)
})
