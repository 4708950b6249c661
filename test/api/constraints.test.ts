import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { OperationName } from '#model'
import { handlers, notYet } from '#operations'
import { type ConstraintCase, constraintCases, isSendable } from '../support/constraint-cases.ts'
import { aboutFunction, ask, type Granted, granted, makeResources } from '../support/granted.ts'
import { type RawAnswer, sendSigned } from '../support/raw.ts'
import { restRequest } from '../support/sample-requests.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

// Every bound that the service model sets: at it and beside it, for every operation that is there.

let server: TestServer
let requests: Readonly<Record<string, Granted>>
before(async () => {
  server = await startTestServer()
  requests = granted(await makeResources(server))
})
after(() => server[Symbol.asyncDispose]())

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

const reads: readonly OperationName[] = [
  'GetAccountSettings',
  'GetFunction',
  'GetFunctionConcurrency',
  'GetFunctionRecursionConfig',
  'GetRuntimeManagementConfig',
  'ListAliases',
  'ListCodeSigningConfigs',
  'ListFunctionEventInvokeConfigs',
  'ListFunctionUrlConfigs',
  'ListFunctions',
  'ListLayerVersions',
  'ListLayers',
  'ListProvisionedConcurrencyConfigs',
  'ListVersionsByFunction',
  'GetPolicy',
  'GetLayerVersionPolicy',
]

/** Everything that a request could have changed. */
async function state(): Promise<string> {
  const layer = { LayerName: 'layer', VersionNumber: 1 }
  const answers = await Promise.all(
    reads.map((name) => sendSigned(server, restRequest(name, aboutFunction(name, layer)))),
  )
  // Links are made anew for everybody who asks.
  return answers.map(({ text }) => text.replace(/"Location":"[^"]*"/, '')).join('\n')
}

async function check(operation: string, cases: readonly ConstraintCase[]): Promise<void> {
  const request = requests[operation] ?? assert.fail(`${operation} has no request`)
  const unchanged = await state()
  for (const one of cases.filter(({ isValid }) => !isValid)) {
    const input = { ...aboutFunction(operation, request.input), ...one.input }
    judge(one, await sendSigned(server, restRequest(operation, input)))
  }
  assert.equal(await state(), unchanged)
  for (const one of cases.filter(({ isValid }) => isValid)) judge(one, await ask(server, operation, request, one.input))
}

const implemented = Object.entries(handlers).flatMap(([name, handler]) => (handler === notYet ? [] : [name]))

for (const operation of implemented) {
  const cases = constraintCases(operation).filter((one) => isSendable(operation, one))
  for (const [path, group] of Map.groupBy(cases, ({ path }) => path))
    test(`${operation} ${path}: ${group.length} values at and beyond its bounds`, () => check(operation, group))
}
