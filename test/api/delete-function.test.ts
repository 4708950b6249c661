import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DeleteFunctionCommand, GetFunctionCommand } from '@aws-sdk/client-lambda'
import { createFunction, invoke, lambdaClient } from '../support/clients.ts'
import { startGates } from '../support/gates.ts'
import { sendSigned } from '../support/raw.ts'
import { invalid, notFound, refusalOf } from '../support/refusal.ts'
import { ACCOUNT, REGION, startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server[Symbol.asyncDispose]())

const arn = (name: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`
const deletion = (FunctionName: string, Qualifier?: string) =>
  lambdaClient(server).send(new DeleteFunctionCommand({ FunctionName, Qualifier }))
const get = (FunctionName: string) => lambdaClient(server).send(new GetFunctionCommand({ FunctionName }))

for (const name of ['plain', arn('plain'), `${ACCOUNT}:function:plain`]) {
  test(`${name} is deleted with an empty 204, and is not found afterwards`, async () => {
    await createFunction(server, { FunctionName: 'plain', code: 'echo-node' })
    const answer = await sendSigned(server, { method: 'DELETE', path: `/2015-03-31/functions/${name}` })
    assert.equal(answer.status, 204)
    assert.equal(answer.text, '')
    assert.equal(answer.headers['content-type'], undefined)
    const gone = notFound(`Function not found: ${arn('plain')}`)
    assert.deepEqual(await refusalOf(get('plain')), gone)
    assert.deepEqual(await refusalOf(deletion('plain')), gone)
    assert.deepEqual(await refusalOf(invoke(server, 'plain')), notFound(`Function not found: ${arn('plain')}:$LATEST`))
  })
}

test('a function under the name of a deleted one is another function', async () => {
  const code = (text: string) => ({
    'index.mjs': `let calls = 0; export const handler = async () => '${text} ' + ++calls`,
  })
  await createFunction(server, { FunctionName: 'again', code: code('first') })
  assert.equal((await invoke(server, 'again')).payload, 'first 1')
  assert.equal((await invoke(server, 'again')).payload, 'first 2')
  await deletion('again')
  await createFunction(server, { FunctionName: 'again', code: code('second') })
  assert.equal((await invoke(server, 'again')).payload, 'second 1')
  await deletion('again')
  await createFunction(server, { FunctionName: 'again', code: code('second') })
  assert.equal((await invoke(server, 'again')).payload, 'second 1')
})

test('a version that does not exist is deleted successfully, and the function stays', async () => {
  await createFunction(server, { FunctionName: 'versioned', code: 'echo-node' })
  assert.equal((await deletion('versioned', '7')).$metadata.httpStatusCode, 204)
  assert.equal((await deletion('versioned:8')).$metadata.httpStatusCode, 204)
  assert.equal((await get('versioned')).Configuration?.State, 'Active')
})

const refused = [
  { name: 'gone', expected: notFound(`Function not found: ${arn('gone')}`) },
  { name: 'gone', qualifier: '1', expected: notFound(`Function not found: ${arn('gone')}`) },
  {
    name: 'here',
    qualifier: '$LATEST',
    expected: invalid('$LATEST version cannot be deleted without deleting the function.'),
  },
  { name: 'here', qualifier: 'live', expected: invalid('Deletion of aliases is not currently supported.') },
  {
    name: 'here:1',
    qualifier: '2',
    expected: invalid('The derived qualifier from the function name does not match the specified qualifier.'),
  },
  {
    name: `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:here`,
    expected: notFound(`Functions from 'eu-west-1' are not reachable in this region ('${REGION}')`),
  },
]

test('a deletion that is refused deletes nothing', async (t) => {
  await createFunction(server, { FunctionName: 'here', code: 'echo-node' })
  for (const { name, qualifier, expected } of refused)
    await t.test(`${name}${qualifier ? ` at ${qualifier}` : ''} is refused`, async () => {
      assert.deepEqual(await refusalOf(deletion(name, qualifier)), expected)
    })
  assert.equal((await get('here')).Configuration?.State, 'Active')
})

test('an invocation that runs while its function is deleted ends as if nothing had happened', async () => {
  using gates = await startGates()
  const code = { 'index.mjs': "export const handler = async ({ gate }) => { await fetch(gate); return 'passed' }" }
  await createFunction(server, { FunctionName: 'deleted', code, Timeout: 60 })
  const running = invoke(server, 'deleted', { gate: gates.urlFor('gate') })
  await gates.reached('gate')
  await deletion('deleted')
  gates.open('gate')
  assert.equal((await running).payload, 'passed')
})
