import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Client, packageOf } from '../../tools/build-clients.ts'
import { openTestHost } from '../environment/support.ts'
import { startGates } from '../support/gates.ts'

// AWS's own runtime clients, unchanged, in environments that run three invocations at a time.

const { start } = await openTestHost()

const python = execFileSync(join(import.meta.dirname, '../../.cache/python/bin/python'), [
  '-c',
  'import sys; print("python3.%d" % sys.version_info[1])',
])

interface Program {
  readonly client: Client
  readonly runtime: string
  readonly handler?: string
  /** Managed runtimes of these languages have a client of ours; a wrapper starts AWS's in its place. */
  readonly isWrapped?: true
}

const programs: Program[] = [
  { client: 'go', runtime: 'provided.al2023' },
  { client: 'python', runtime: String(python).trim(), handler: 'app.handler', isWrapped: true },
  { client: 'node', runtime: 'nodejs22.x', handler: 'app.handler', isWrapped: true },
  { client: 'java', runtime: 'java21', handler: 'Handler::handleRequest' },
]

const startProgram = ({ client, isWrapped, ...more }: Program) =>
  start({
    ...more,
    codeDirectory: packageOf(client),
    memoryMb: 2048,
    timeoutSeconds: 60,
    maxConcurrency: 3,
    vcpus: 1,
    logging: { format: 'JSON', group: '/aws/lambda/test', applicationLevel: 'INFO', systemLevel: 'INFO' },
    variables: isWrapped ? { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/wrapper' } : {},
  })

for (const program of programs)
  test(`${program.client}: three invocations are inside at the same time, and each gets its own answer`, async () => {
    using gates = await startGates()
    const environment = await startProgram(program)
    const calls = ['a', 'b', 'c'].map((letter) => ({ letter, requestId: randomUUID() }))
    const running = calls.map(({ letter, requestId }) =>
      environment.invoke({ gate: gates.urlFor(letter), letter }, { requestId }),
    )
    await Promise.all(calls.map(({ letter }) => gates.reached(letter)))
    for (const [index, { letter, requestId }] of [...calls.entries()].reverse()) {
      gates.open(letter)
      const { payload, functionError } = (await running[index]) ?? assert.fail()
      assert.equal(functionError, undefined, String(payload))
      const answer = JSON.parse(String(payload))
      assert.deepEqual([answer.event.letter, answer.requestId], [letter, requestId])
    }
    const [failed, other] = await Promise.all([
      environment.fail({ fail: 'not today' }),
      environment.call({ letter: 'd' }),
    ])
    assert.equal(failed.errorMessage, 'not today')
    assert.equal(other.event.letter, 'd')
  })

test('rust: a client that runs one at a time serves those that wait one after the other', async () => {
  const environment = await startProgram({ client: 'rust', runtime: 'provided.al2023' })
  const letters = ['a', 'b', 'c']
  const answers = await Promise.all(letters.map((letter) => environment.call({ letter })))
  assert.deepEqual(
    answers.map(({ event }) => event.letter),
    letters,
  )
  assert.deepEqual(
    answers.map(({ count }) => count),
    [1, 2, 3],
  )
})
