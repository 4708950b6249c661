import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { InvokeCommand, PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda'
import { createFunction, createUser, lambdaClient } from '../support/clients.ts'
import { answerWith } from '../support/functions.ts'
import { poll } from '../support/poll.ts'
import { sendSigned } from '../support/raw.ts'
import { refusalIn } from '../support/refusal.ts'
import { run } from '../support/run.ts'
import { cleanEnvironment, inAccount, startTestServer, type TestServer } from '../support/server.ts'

// Events that failed for good are looked at, run again and deleted with commands.

const OTHER = '111111111111'
const program = join(import.meta.dirname, '../../src/server/command.ts')

let server: TestServer
before(async () => {
  server = await startTestServer({ args: ['--accounts', OTHER] })
})
after(() => server[Symbol.asyncDispose]())

const command = (...args: readonly string[]) =>
  run(process.execPath, ['--disable-warning=ExperimentalWarning', program, 'events', ...args], {
    env: { ...cleanEnvironment(), LAMBENT_DATA_DIR: server.dataDirectory, LAMBENT_PORT: new URL(server.url).port },
  })

/** What the command printed, when it went well. */
async function printed(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await command(...args)
  assert.equal(code, 0, stderr)
  return stdout
}

const listed = async (...args: readonly string[]) =>
  (await printed('list', ...args))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))

async function failEvents(FunctionName: string, count: number, on = server): Promise<string[]> {
  const code = { 'index.mjs': 'export const handler = async ({ n }) => { throw new Error("no " + n) }' }
  await createFunction(on, { FunctionName, code })
  const client = lambdaClient(on)
  await client.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 0 }))
  const ids: string[] = []
  for (let n = 1; n <= count; n++) {
    const input = { FunctionName, InvocationType: 'Event', Payload: JSON.stringify({ n }) } as const
    const { $metadata } = await client.send(new InvokeCommand(input))
    ids.push($metadata.requestId ?? '')
  }
  return ids
}

const waitUntilFailed = (count: number, ...args: readonly string[]) =>
  poll(async () => {
    const events = await listed(...args)
    return events.length === count ? events : undefined
  })

test('a failed event is listed, shown, run again under its id, and then has failed no more', async () => {
  const [requestId = ''] = await failEvents('f', 1)
  const [[id = '', failedAt = '', ...rest] = []] = await waitUntilFailed(1, '--function', 'f')
  assert.match(failedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.deepEqual(rest, ['RetriesExhausted', '1', 'f', requestId])
  const { AcceptedAt, FailedAt, Response, ...shown } = JSON.parse(await printed('show', id))
  assert.ok(AcceptedAt <= FailedAt)
  assert.equal(JSON.parse(Response).errorMessage, 'no 1')
  assert.deepEqual(shown, {
    Id: Number(id),
    FunctionArn: `arn:aws:lambda:us-east-1:${server.account}:function:f`,
    RequestId: requestId,
    Condition: 'RetriesExhausted',
    Attempts: 1,
    Payload: '{"n":1}',
  })
  await answerWith(server, 'f', 'mended')
  assert.deepEqual(JSON.parse(await printed('replay', id)), { Replayed: 1 })
  await poll(async () => JSON.parse(await printed('status')).SinceStart.ended.Success)
  assert.deepEqual(await listed('--function', 'f'), [])
  const again = await command('replay', id)
  assert.deepEqual([again.code, again.stderr], [1, `lambent: There is no failed event ${id}.\n`])
})

test('all events of a function are run again, or deleted', async () => {
  await failEvents('many', 60)
  await failEvents('others', 1)
  await waitUntilFailed(60, '--function', 'many')
  assert.deepEqual(JSON.parse(await printed('replay', '--function', 'many')), { Replayed: 60, Skipped: 0 })
  // They fail again.
  await waitUntilFailed(60, '--function', 'many')
  assert.deepEqual(JSON.parse(await printed('purge', '--function', 'many')), { Purged: 60 })
  assert.equal((await waitUntilFailed(1)).length, 1)
  assert.deepEqual(JSON.parse(await printed('purge', '--all')), { Purged: 1 })
})

test('the state of the queue tells what waits and what has become of the rest', async () => {
  const { Events, OldestAgeSeconds, Outbox, FailedEvents, SinceStart } = JSON.parse(await printed('status'))
  assert.deepEqual([Events, OldestAgeSeconds, Outbox, FailedEvents], [0, 0, 0, 0])
  assert.equal(SinceStart.attempts, SinceStart.ended.RetriesExhausted + SinceStart.ended.Success)
})

test('an account sees its own events only', async () => {
  const there = inAccount(server, OTHER)
  await failEvents('there', 1, there)
  const [[id = ''] = []] = await waitUntilFailed(1, '--account', OTHER)
  assert.deepEqual(await listed(), [])
  assert.equal((await command('show', id)).code, 1)
  const counts = async (...args: readonly string[]) => {
    const { FailedEvents, SinceStart } = JSON.parse(await printed('status', ...args))
    return [FailedEvents, SinceStart.attempts]
  }
  assert.deepEqual(await counts('--account', OTHER), [1, 1])
  assert.equal((await counts())[0], 0)
  assert.deepEqual(await listed('--account', server.account), [], 'its own, by its number')
  const nobodys = await command('purge', '--all', '--account', '222222222222')
  assert.match(
    nobodys.stderr,
    /^lambent: This was signed for account 222222222222, and the server took it for \d{12}\.$/m,
  )
  assert.deepEqual(JSON.parse(await printed('purge', '--all')), { Purged: 0 })
  assert.deepEqual(JSON.parse(await printed('purge', '--all', '--account', OTHER)), { Purged: 1 })
})

test('nobody but the root user may ask', async () => {
  const user = await createUser(server, 'curious', { Effect: 'Allow', Action: '*', Resource: '*' })
  for (const [method, path] of [
    ['GET', '/_lambent/queue'],
    ['GET', '/_lambent/events'],
    ['POST', '/_lambent/events'],
    ['DELETE', '/_lambent/events'],
    ['GET', '/_lambent/nothing'],
  ] as const) {
    const answer = await sendSigned(server, { method, path }, user)
    assert.deepEqual(
      [refusalIn(answer).status, refusalIn(answer).code],
      [403, 'AccessDeniedException'],
      `${method} ${path}`,
    )
    const unsigned = await fetch(`${server.url}${path}`, { method })
    assert.equal(unsigned.status, 403)
  }
  assert.equal((await sendSigned(server, { method: 'GET', path: '/_lambent/nothing' })).status, 404)
  assert.equal((await sendSigned(server, { method: 'GET', path: '/_lambent/events/x' })).status, 404)
  assert.equal((await sendSigned(server, { method: 'POST', path: '/_lambent/queue' })).status, 404)
  for (const method of ['POST', 'DELETE'])
    for (const query of ['', '?function=', '?all=false', '?function=f&all=true'])
      assert.equal((await sendSigned(server, { method, path: `/_lambent/events${query}` })).status, 400, query)
  assert.equal((await sendSigned(server, { method: 'GET', path: '/_lambent/events?after=x' })).status, 400)
})

const wrong: readonly (readonly [args: readonly string[], line: RegExp])[] = [
  [[], /^lambent: usage: npm run lambent -- COMMAND\n/],
  [['nonsense'], /^lambent: usage: /],
  [['show'], /^lambent: say which: the number that `events list` shows$/m],
  [['replay', 'x'], /^lambent: say which: the number/],
  [['purge'], /^lambent: say which: --function NAME, or --all$/m],
  [['purge', '--function', ''], /^lambent: --function has no name$/m],
  [['purge', '--function', 'f', '--all'], /^lambent: say one of them only: --function NAME, --all, or a number$/m],
  [['replay', '1', '--all'], /^lambent: say one of them only: /m],
  [['list', '--nonsense'], /^lambent: Unknown option '--nonsense'/],
  [['list', '--url', 'http://127.0.0.1:1'], /^lambent: no server answers at http:\/\/127\.0\.0\.1:1 /],
  [['list', '--data-dir', '/nowhere'], /^lambent: there are no root credentials in \/nowhere$/m],
]

for (const [args, line] of wrong)
  test(`a wrong command is explained in a line: ${args.join(' ')}`, async () => {
    const { code, stderr } = await command(...args)
    assert.equal(code, 1)
    assert.match(stderr, line)
  })
