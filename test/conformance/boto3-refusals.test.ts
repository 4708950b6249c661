import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { handlers, notYet } from '#operations'
import { type ConstraintCase, constraintCases, isSendable } from '../support/constraint-cases.ts'
import { aboutFunction, type Granted, granted, makeResources } from '../support/granted.ts'
import { runScript } from '../support/python.ts'
import { sendSigned } from '../support/raw.ts'
import { refusalIn } from '../support/refusal.ts'
import { restRequest } from '../support/sample-requests.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

// A slice of the values beyond the bounds of the model, one for each member, sent by boto3: it must tell what we said.

let server: TestServer
let requests: Readonly<Record<string, Granted>>
before(async () => {
  server = await startTestServer()
  requests = granted(await makeResources(server))
})
after(() => server[Symbol.asyncDispose]())

const implemented = Object.entries(handlers).flatMap(([name, handler]) => (handler === notYet ? [] : [name]))

type Call = readonly [operation: string, input: Readonly<Record<string, unknown>>]

/** The first wrong value of each member. */
function slice(operation: string): readonly Call[] {
  const isFit = (one: ConstraintCase) => !one.isValid && one.label !== 'absent' && isSendable(operation, one)
  const byMember = Map.groupBy(constraintCases(operation).filter(isFit), ({ path }) => path)
  return [...byMember.values()].flatMap(([first]) =>
    first ? [[operation, { ...aboutFunction(operation, requests[operation]?.input ?? {}), ...first.input }]] : [],
  )
}

async function askBoto3(calls: readonly Call[]): Promise<readonly (readonly [string, string] | null)[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lambent-boto3-'))
  try {
    const file = join(folder, 'calls.json')
    writeFileSync(file, JSON.stringify(calls))
    const { stdout } = await runScript(server, [join(import.meta.dirname, 'boto3_refusals.py'), file])
    return JSON.parse(stdout)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('boto3 tells of a broken constraint with the code and the sentence that the server sent', async () => {
  const calls = implemented.flatMap(slice)
  const told = await askBoto3(calls)
  let compared = 0
  for (const [index, [operation, input]] of calls.entries()) {
    if (told[index] === null) continue
    const { code, message } = refusalIn(await sendSigned(server, restRequest(operation, input)))
    assert.deepEqual(told[index], [code, message], `${operation} ${JSON.stringify(input).slice(0, 300)}`)
    assert.equal(code, 'ValidationException')
    compared++
  }
  assert.ok(compared > 200, `only ${compared} were compared`)
})
