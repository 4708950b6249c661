import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { lambdaService } from '#model'
import { handlers, notYet } from '#operations'
import { arnOf } from '../support/functions.ts'
import { type Address, ask, type Granted, granted, makeResources, membersOf } from '../support/granted.ts'
import type { RawAnswer } from '../support/raw.ts'
import { invalid, notFound, refusalIn } from '../support/refusal.ts'
import { ACCOUNT, REGION, startTestServer, type TestServer } from '../support/server.ts'

// Every operation that takes the name of a function takes it in all forms, and means the same by each of them.

let server: TestServer
let requests: Readonly<Record<string, Granted>>
before(async () => {
  server = await startTestServer()
  requests = granted(await makeResources(server))
})
after(() => server[Symbol.asyncDispose]())

const isImplemented = (name: string) => handlers[name as keyof typeof handlers] !== notYet
const implemented = Object.keys(lambdaService.operations).filter(isImplemented)
const operations = implemented.filter((name) => membersOf(name).includes('FunctionName'))

test('every operation that has a handler has a request that is granted', async (t) => {
  assert.deepEqual(Object.keys(requests).sort(), implemented.sort())
  for (const [name, request] of Object.entries(requests))
    await t.test(name, async () => {
      const { status, text } = await ask(server, name, request)
      assert.ok(status >= 200 && status < 300, `${status} ${text}`)
    })
})

const forms: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => `function:${name}`,
  (name) => `${ACCOUNT}:function:${name}`,
  (name) => `${REGION}:${ACCOUNT}:function:${name}`,
  (name) => `${ACCOUNT}:${name}`,
  arnOf,
]

/** What is another each time, also for the same name; and the name itself, where it is refused. */
const PASSING =
  /Value '[^']*'|"(RevisionId|LastModified|CreationTime|LastModifiedTime|FunctionUrl|Location|Status|\w+ProvisionedConcurrentExecutions)":("[^"]*"|[\d.]+),?/g

const lasting = ({ status, headers, text }: RawAnswer) => ({
  status,
  code: headers['x-amzn-errortype'],
  body: text.replaceAll(PASSING, ''),
})

/** The qualifier in the name, beside it, and in both places. */
function qualified(operation: string, form: (name: string) => string, qualifier: string): readonly Address[] {
  const within = { FunctionName: form(`fn:${qualifier}`) }
  if (!membersOf(operation).includes('Qualifier')) return [within]
  const beside = { FunctionName: form('fn'), Qualifier: qualifier }
  return isQualifierRequired(operation)
    ? [beside, { ...within, Qualifier: qualifier }]
    : [within, beside, { ...within, Qualifier: qualifier }]
}

/** The model says so, and takes no alias beside it either. */
const takesNoQualifiedName = (operation: string) => /FunctionScalingConfig$/.test(operation)
const isQualifierRequired = (operation: string) => /ProvisionedConcurrencyConfig$/.test(operation)

for (const operation of operations.filter((name) => name !== 'CreateFunction'))
  test(`${operation} takes the name of the function in every form, with and without a qualifier`, async () => {
    const request = requests[operation] ?? assert.fail()
    const expected = lasting(await ask(server, operation, request))
    for (const form of forms) {
      const change = { FunctionName: form(String(request.input.FunctionName ?? 'fn')) }
      assert.deepEqual(lasting(await ask(server, operation, request, change)), expected, change.FunctionName)
    }
    if (takesNoQualifiedName(operation)) return
    const live = { FunctionName: 'fn', Qualifier: 'live' }
    const ofAlias = lasting(await ask(server, operation, request, {}, live))
    for (const change of forms.flatMap((form) => qualified(operation, form, 'live')))
      assert.deepEqual(
        lasting(await ask(server, operation, request, { Qualifier: undefined, ...change }, live)),
        ofAlias,
        JSON.stringify(change),
      )
  })

test('CreateFunction takes the name of the function in every form without a qualifier', async () => {
  const request = requests.CreateFunction ?? assert.fail()
  const expected = lasting(await ask(server, 'CreateFunction', request))
  assert.equal(expected.status, 201)
  for (const form of forms)
    assert.deepEqual(lasting(await ask(server, 'CreateFunction', request, { FunctionName: form('made') })), expected)
})

for (const operation of operations)
  test(`${operation} knows no function of another region, and no two qualifiers`, async () => {
    const request = requests[operation] ?? assert.fail()
    const elsewhere = `arn:aws:lambda:ap-southeast-1:${ACCOUNT}:function:fn`
    assert.deepEqual(
      refusalIn(await ask(server, operation, request, { FunctionName: elsewhere })),
      notFound(`Functions from 'ap-southeast-1' are not reachable in this region ('${REGION}')`),
    )
    if (!membersOf(operation).includes('Qualifier') || takesNoQualifiedName(operation)) return
    for (const form of forms)
      assert.deepEqual(
        refusalIn(await ask(server, operation, request, { FunctionName: form('fn:live'), Qualifier: 'other' })),
        invalid('The derived qualifier from the function name does not match the specified qualifier.'),
      )
  })
