import { strict as assert } from 'node:assert'
import { readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { homedir } from 'node:os'
import { test } from 'node:test'
import { isRoot, openTestHost, PYTHON } from './support.ts'

const { start, directory } = await openTestHost()
await writeFile(`${directory}/secret`, 'of the host')

test('a function sees nothing of the host but its programs', async () => {
  const environment = await start({ runtime: PYTHON, fixture: 'read-host' })
  const seen = await environment.call({
    list: ['/var/task', '/opt', '/tmp', '/home', directory, `${directory}/data`, homedir(), '/etc/shadow', '/var/log'],
    read: [`${directory}/secret`, '/etc/shadow', '/proc/1/environ', '/etc/passwd'],
    write: ['/var/task/x', '/x', '/etc/x', '/usr/x', '/var/runtime/x', '/opt/x', '/dev/x', '/run/x', '/tmp/x'],
  })
  assert.deepEqual(seen.list['/var/task'], ['main.py'])
  assert.deepEqual(seen.list['/opt'], [])
  assert.deepEqual(seen.list['/tmp'], [])
  const missing = 'No such file or directory'
  assert.equal(seen.list['/home'], missing)
  assert.equal(seen.list[`${directory}/data`], missing)
  assert.equal(seen.read[`${directory}/secret`], missing)
  assert.equal(seen.read['/etc/shadow'], missing)
  assert.match(seen.read['/etc/passwd'], /^root:.*\nsbx_user1051:x:\d+:\d+::/)
  // The interpreter may live below the home directory; then that path is there, and nothing beside it.
  const home: readonly string[] | string = seen.list[homedir()]
  const visible = typeof home === 'string' ? [] : home
  assert.ok(visible.length <= 1, `of ${(await readdir(homedir())).length} files it sees ${visible.join(', ')}`)
  for (const [path, result] of Object.entries(seen.write)) {
    if (path === '/tmp/x') assert.equal(result, 'written')
    else assert.match(String(result), /Read-only file system|Permission denied/, path)
  }
  assert.equal(seen.directory, '/var/task')
  assert.ok(seen.processes.length <= 3, 'only its own processes')
  assert.deepEqual(new Set(seen.capabilities), new Set(['0000000000000000']))
  assert.deepEqual(seen.noNewPrivileges, ['1'])
})

test('environments have user ids of their own', { skip: !isRoot }, async () => {
  const environments = await Promise.all([1, 2].map(() => start({ runtime: PYTHON, fixture: 'read-host' })))
  const [first, second] = await Promise.all(environments.map(async (environment) => (await environment.call()).user))
  assert.ok(first[0] >= 0x10000 && second[0] >= 0x10000)
  assert.notEqual(first[0], second[0])
  assert.deepEqual(first[3], [], 'no other groups')
})

test('what an environment runs does not push the server aside when it wakes up', async () => {
  const files = { 'main.py': 'import os\ndef handler(e, c): return os.sched_getscheduler(0) == os.SCHED_BATCH' }
  const first = await start({ runtime: PYTHON, files })
  assert.equal(await first.call(), true)
  const other = await start({ runtime: PYTHON, files, variables: { PYTHONUNBUFFERED: '1' } })
  assert.equal(await other.call(), true)
})

test('/tmp of an environment is empty, and its own', async () => {
  const first = await start({ runtime: PYTHON, fixture: 'read-host' })
  const second = await start({ runtime: PYTHON, fixture: 'read-host' })
  await first.call({ write: ['/tmp/mine'] })
  assert.deepEqual((await second.call({ list: ['/tmp'] })).list['/tmp'], [])
  assert.deepEqual((await first.call({ list: ['/tmp'] })).list['/tmp'], ['mine'])
})

test('/tmp holds what was promised, and then is full', async () => {
  for (const ephemeralStorageMb of [512, 600]) {
    const environment = await start({ fixture: 'fill-tmp', memoryMb: 256, ephemeralStorageMb })
    const { written, code } = await environment.call()
    assert.equal(code, 'ENOSPC')
    assert.ok(written >= ephemeralStorageMb && written <= ephemeralStorageMb * 1.05, `${written} MB`)
    assert.equal((await environment.call()).code, 'ENOSPC', 'and can be emptied')
  }
})

test('what an environment leaves goes with it', async () => {
  const { environment } = await start({ fixture: 'counter' })
  await environment.shutdown()
  const [server] = await readdir(`${directory}/data/environments`)
  const left = await readdir(`${directory}/data/environments/${server}/tmp`).catch(() => [])
  assert.ok(left.length < 20, left.join())
})

test('a stranger on the loopback interface is not served by the Runtime API', { skip: !isRoot }, async () => {
  const environment = await start({ fixture: 'scan-runtime-api' })
  const { address } = await environment.call({ send: 'GET /2018-06-01/ping HTTP/1.1\r\n\r\n' })
  const answer = await fetch(`http://${address}/2018-06-01/runtime/invocation/next`).catch((error) => error)
  assert.ok(answer instanceof Error, 'the server is the root user, and no environment')
})

test('an environment sees its own invocation by TCP, and no other one', { skip: !isRoot }, async () => {
  const [first, second] = await Promise.all([1, 2].map(() => start({ fixture: 'scan-runtime-api' })))
  const post = (id: string) => {
    const body = '"stolen"'
    return `POST /2018-06-01/runtime/invocation/${id}/response HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  }
  const victim = '11111111-2222-4333-8444-555555555555'
  const slow = first?.invoke({ send: '', quietMs: 1500 }, { requestId: victim })
  const attack = await second?.call({ send: post(victim) })
  assert.match(attack.received, /^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*Invalid request ID/)
  const result = await slow
  assert.doesNotMatch(String(result?.payload), /stolen/)
})

test("environments can listen beside each other, and the network is the host's", async () => {
  const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const environment = await start({ fixture: 'scan-runtime-api' })
  const { received } = await environment.call({ address: `127.0.0.1:${port}`, send: '' })
  server.close()
  assert.equal(received, 'hello')
})
