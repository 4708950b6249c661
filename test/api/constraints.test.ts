import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { lambdaService, structureNamed } from '#model'
import { createFunction, executionRole, untilUpdated } from '../support/clients.ts'
import { type ConstraintCase, constraintCases } from '../support/constraint-cases.ts'
import { type RawAnswer, type RawRequest, sendSigned } from '../support/raw.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { zipOfFixture } from '../support/zip.ts'

// Every bound that the service model sets: at it and beside it, as far as the operations are there.

let server: TestServer
before(async () => {
  server = await startTestServer()
  await executionRole(server)
  await createFunction(server, { FunctionName: 'fixed', code: 'echo-node' })
})
after(() => server[Symbol.asyncDispose]())

const FUNCTIONS = '/2015-03-31/functions'

/** The request as a client would send it, every member in its place, but unchecked. */
function requestOf(operation: string, input: Readonly<Record<string, unknown>>): RawRequest {
  const { method = '', path = '', input: shape = '' } = lambdaService.operations[operation] ?? {}
  const headers: Record<string, string> = {}
  const query = new URLSearchParams()
  const body: Record<string, unknown> = {}
  for (const [name, { location, wireName = name }] of Object.entries(structureNamed(lambdaService, shape).members)) {
    if (input[name] === undefined || location === 'uri') continue
    if (location === 'header') headers[wireName] = String(input[name])
    else if (location === 'querystring') query.set(wireName, String(input[name]))
    else body[name] = input[name]
  }
  const filled = path.replace(/\{(\w+)\}/g, (_, label) => encodeURIComponent(String(input[label])))
  return {
    method,
    path: query.size > 0 ? `${filled}?${query.toString().replaceAll('+', '%20')}` : filled,
    headers,
    ...(method !== 'GET' && { body: JSON.stringify(body) }),
  }
}

function judge({ path, isValid, label }: ConstraintCase, { status, headers, body }: RawAnswer): void {
  const code = headers['x-amzn-errortype']
  const told = `${path} ${label}: ${status} ${code} ${body.message}`
  assert.ok(status < 500, told)
  if (isValid) assert.notEqual(code, 'ValidationException', told)
  else {
    assert.equal(code, 'ValidationException', told)
    assert.match(String(body.message), new RegExp(`at '${path}' failed to satisfy constraint: `), told)
  }
}

/** One test for each member, with all its cases. */
function testMembers(operation: string, cases: readonly ConstraintCase[], run: (of: ConstraintCase) => Promise<void>) {
  for (const [path, group] of Map.groupBy(cases, ({ path }) => path)) {
    test(`${operation} ${path}: ${group.length} values at and beyond its bounds`, async () => {
      for (const one of group) await run(one)
    })
  }
}

const newFunction = {
  FunctionName: 'made',
  Role: 'arn:aws:iam::000000000000:role/test-role',
  Runtime: 'nodejs22.x',
  Handler: 'index.handler',
  Code: { ZipFile: zipOfFixture('echo-node').toString('base64') },
}

testMembers('CreateFunction', constraintCases('CreateFunction'), async (one) => {
  const answer = await sendSigned(server, requestOf('CreateFunction', { ...newFunction, ...one.input }))
  judge(one, answer)
  if (answer.status === 201)
    await sendSigned(server, { method: 'DELETE', path: `${FUNCTIONS}/${answer.body.FunctionName}` })
})

test('no creation that was refused left a function', async () => {
  const { body } = await sendSigned(server, { method: 'GET', path: FUNCTIONS })
  const names = (body.Functions as { FunctionName: string }[]).map(({ FunctionName }) => FunctionName)
  assert.deepEqual(names, ['fixed'])
})

const revision = async () =>
  (await sendSigned(server, { method: 'GET', path: `${FUNCTIONS}/fixed/configuration` })).body
const updates = constraintCases('UpdateFunctionConfiguration').filter(({ path }) => path !== 'functionName')

testMembers('UpdateFunctionConfiguration', updates, async (one) => {
  const before = await revision()
  const request = requestOf('UpdateFunctionConfiguration', { FunctionName: 'fixed', ...one.input })
  const answer = await sendSigned(server, request)
  judge(one, answer)
  if (answer.status === 200) await untilUpdated(server, 'fixed')
  else assert.deepEqual(await revision(), before)
})

const codeUpdates = constraintCases('UpdateFunctionCode').filter(({ path }) => path !== 'functionName')

testMembers('UpdateFunctionCode', codeUpdates, async (one) => {
  const request = requestOf('UpdateFunctionCode', {
    FunctionName: 'fixed',
    ZipFile: newFunction.Code.ZipFile,
    DryRun: true,
    ...one.input,
  })
  const before = await revision()
  judge(one, await sendSigned(server, request))
  assert.deepEqual(await revision(), before)
})

testMembers('ListFunctions', constraintCases('ListFunctions'), async (one) => {
  judge(one, await sendSigned(server, requestOf('ListFunctions', one.input)))
})

const publications = constraintCases('PublishLayerVersion').filter(({ path }) => path !== 'layerName')

testMembers('PublishLayerVersion', publications, async (one) => {
  const Content = { ZipFile: newFunction.Code.ZipFile }
  judge(one, await sendSigned(server, requestOf('PublishLayerVersion', { LayerName: 'l', Content, ...one.input })))
})

for (const operation of ['ListLayers', 'ListLayerVersions'])
  testMembers(
    operation,
    constraintCases(operation, ['compatibleRuntime', 'compatibleArchitecture', 'maxItems']),
    async (one) => {
      judge(one, await sendSigned(server, requestOf(operation, { LayerName: 'l', ...one.input })))
    },
  )

// A header cannot hold every odd text.
const isSendable = ({ input }: ConstraintCase) =>
  Object.values(input).every((value) => /^[\x20-\x7e]*$/.test(String(value)))
const invocations = constraintCases('Invoke').filter(
  (one) => one.path !== 'functionName' && (one.path === 'qualifier' || isSendable(one)),
)

testMembers('Invoke', invocations, async (one) => {
  const { input } = one
  const request = requestOf('Invoke', { FunctionName: 'fixed', ...input })
  judge(one, await sendSigned(server, { ...request, body: '{}' }))
})
