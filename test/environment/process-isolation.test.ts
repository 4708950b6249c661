import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { poll } from '../support/poll.ts'
import { extensions, listener, said } from './extension-code.ts'
import { NODE, openTestHost, PYTHON } from './support.ts'

const { start, host } = await openTestHost('process')

test('plain processes are said to be no isolation', () => {
  assert.match(host.limits.join('\n'), /isolation: process \(NONE/)
})

for (const runtime of [NODE, PYTHON]) {
  test(`${runtime} runs in a plain process`, async () => {
    const environment = await start({ runtime, fixture: 'counter' })
    assert.deepEqual([await environment.call(), await environment.call()], [1, 2])
  })

  test(`${runtime} fails in a plain process as it does elsewhere`, async () => {
    const environment = await start({ runtime, fixture: 'exit-1' })
    assert.match((await environment.fail({ status: 3 })).errorMessage, /Runtime exited with error: exit status 3$/)
  })
}

test('the places of a plain process are those of the host', async () => {
  const environment = await start({
    files: {
      'index.js':
        'exports.handler = async () => [process.cwd(), process.env.LAMBDA_TASK_ROOT, require("node:os").tmpdir(), __dirname]',
    },
  })
  const [directory, taskRoot, temporary, code] = await environment.call()
  assert.equal(directory, code)
  assert.equal(taskRoot, code)
  assert.match(temporary, /\/environments\/.*\/tmp/)
})

test('a plain process that hangs times out and is replaced', async () => {
  const environment = await start({ fixture: 'hang', timeoutSeconds: 3 })
  assert.equal((await environment.fail({})).errorType, 'Sandbox.Timedout')
  assert.equal(await environment.call({ ms: 1 }), 'done')
})

// In a sandbox it might be frozen before it has ended.
test('a process that ends between invocations is replaced unnoticed', async () => {
  const environment = await start({ files: { 'index.js': 'exports.handler = async () => process.pid' } })
  const seen = new Set<number>()
  for (let i = 0; i < 3; i++) {
    const processId = await environment.call()
    seen.add(processId)
    process.kill(processId, 'SIGKILL')
    await poll(() => !environment.environment.isInitialized || undefined)
  }
  assert.equal(seen.size, 3)
})

test('a plain process has extensions too', async () => {
  const environment = await start({ layer: extensions({ watcher: listener() }) })
  await environment.call()
  await environment.environment.shutdown()
  assert.deepEqual(
    said(environment).map(([, { eventType }]) => eventType),
    ['INVOKE', 'SHUTDOWN'],
  )
})
