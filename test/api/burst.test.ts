import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createFunction, invoke } from '../support/clients.ts'
import { answering } from '../support/functions.ts'
import { sendSigned } from '../support/raw.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

// Bursts that AWS answers, because they are within the account's thousand: nobody is refused here either.

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server[Symbol.asyncDispose]())

const call = (name: string, payload: unknown) =>
  sendSigned(server, {
    method: 'POST',
    path: `/2015-03-31/functions/${name}/invocations`,
    body: JSON.stringify(payload),
  })

test('five hundred calls at the same time of a function that sleeps are all answered', async () => {
  await createFunction(server, {
    FunctionName: 'sleeper',
    code: 'sleep-python',
    Runtime: 'python3.12',
    Handler: 'lambda_function.lambda_handler',
    MemorySize: 128,
    Timeout: 30,
  })
  const answers = await Promise.all(Array.from({ length: 500 }, () => call('sleeper', { seconds: 2 })))
  assert.deepEqual(new Set(answers.map(({ status, text }) => `${status} ${text}`)), new Set(['200 "slept"']))
})

test('a hundred functions that nobody has called yet are all answered at the same time', async () => {
  const names = Array.from({ length: 100 }, (_, index) => `new-${index}`)
  for (const name of names) await createFunction(server, { FunctionName: name, code: answering(name) })
  const answers = await Promise.all(names.map((name) => invoke(server, name)))
  assert.deepEqual(
    answers.map(({ payload }) => payload),
    names,
  )
})
