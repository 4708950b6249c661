import { strict as assert } from 'node:assert'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openEnvironmentHost } from '#environment'
import { poll } from '../support/poll.ts'
import { descendantsOf, isRunning, processesWith } from '../support/processes.ts'

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))

test('no process survives a server that is killed, and the next server cleans up after it', async () => {
  const directory = await mkdtemp(`${tmpdir()}/lambent-death-`)
  after(() => rm(directory, { recursive: true, force: true }))
  const marker = randomUUID()
  const server = startServer(directory, 'bubblewrap', marker, ['echo', 'tick', 'hang'])
  await firstLine(server)
  // Those that serve a function, and those that wait for one.
  const processes = descendantsOf(server.pid ?? 0)
  assert.ok(processes.length >= 3)

  server.kill('SIGKILL')
  await once(server, 'exit')
  // Idle and frozen, or busy, or waiting: all go.
  await poll(() => !processes.some(isRunning) || undefined)

  const groups = readGroups(directory)
  const log = { info() {}, warn() {}, error() {} }
  const runtimesDirectory = `${directory}/runtimes`
  const host = await openEnvironmentHost({ dataDirectory: directory, runtimesDirectory, isolation: 'bubblewrap', log })
  assert.equal(readdirSync(`${directory}/environments`).length, 1, 'only the new server')
  assert.deepEqual(
    groups.filter((group) => existsSync(group)),
    [],
  )
  await host.close()
  assert.deepEqual(readdirSync(`${directory}/environments`), [])
  assert.ok(!readFileSync('/proc/self/mountinfo', 'utf8').includes(directory))
})

test('a host that is closed leaves nothing', async () => {
  const directory = await mkdtemp(`${tmpdir()}/lambent-death-`)
  after(() => rm(directory, { recursive: true, force: true }))
  const marker = randomUUID()
  const server = startServer(directory, 'bubblewrap', marker, ['echo', 'tick', 'hang'])
  await firstLine(server)
  const groups = readGroups(directory)
  const processes = descendantsOf(server.pid ?? 0)
  server.stdin?.end()
  await once(server, 'exit')
  assert.deepEqual(processes.filter(isRunning), [])
  assert.deepEqual(
    groups.filter((group) => existsSync(group)),
    [],
  )
  assert.deepEqual(readdirSync(`${directory}/environments`), [])
  assert.ok(!readFileSync('/proc/self/mountinfo', 'utf8').includes(directory))
})

test('plain processes that are idle end with their server', async () => {
  const directory = await mkdtemp(`${tmpdir()}/lambent-death-`)
  after(() => rm(directory, { recursive: true, force: true }))
  const marker = randomUUID()
  const server = startServer(directory, 'process', marker, ['echo', 'tick', 'tell-runtime-api'])
  await firstLine(server)
  assert.ok(processesWith(marker).length >= 3)
  server.kill('SIGKILL')
  await once(server, 'exit')
  await poll(() => processesWith(marker).length === 0 || undefined)
})

function startServer(directory: string, isolation: string, marker: string, fixtures: readonly string[]): ChildProcess {
  const parameters = [
    fileURLToPath(new URL('./start-some.ts', import.meta.url)),
    directory,
    isolation,
    marker,
    ...fixtures.map(fixture),
  ]
  const server = spawn(process.execPath, parameters, { stdio: ['pipe', 'pipe', 'inherit'] })
  after(() => server.kill('SIGKILL'))
  return server
}

async function firstLine(server: ChildProcess): Promise<string> {
  assert.ok(server.stdout)
  const [line] = await Promise.race([
    once(server.stdout, 'data'),
    once(server, 'exit').then(() => ['the server has ended']),
  ])
  assert.match(String(line), /^\{/)
  return String(line)
}

function readGroups(directory: string): string[] {
  const [server] = readdirSync(`${directory}/environments`)
  return JSON.parse(readFileSync(`${directory}/environments/${server}/cgroups.json`, 'utf8'))
}
