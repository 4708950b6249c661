import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Runtime } from '@aws-sdk/client-lambda'
import { createFunction, invoke } from '../support/clients.ts'
import { imageProgram, writeLayout } from '../support/images.ts'
import { logMessages } from '../support/log-messages.ts'
import { hostPython } from '../support/python-image.ts'
import { runtimesCommand } from '../support/runtimes-command.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

// Images that were pulled for runtimes, of which the files are lost, and so is where they came from.

const isRoot = process.getuid?.() === 0
const options = { skip: !isRoot }

let home: string
let server: TestServer
/** Of the host, and one that it lacks. */
let exact: Runtime
let lacking: Runtime

before(async () => {
  home = mkdtempSync(join(tmpdir(), 'lambent-lost-runtimes-'))
  chmodSync(home, 0o755)
  for (const name of ['layouts', 'tools']) mkdirSync(join(home, name))
  writeFileSync(join(home, 'tools/npm'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  const { version } = await hostPython()
  exact = `python${version}` as Runtime
  lacking = version === '3.14' ? 'python3.13' : 'python3.14'
  server = await startTestServer({
    args: ['--image-layouts', join(home, 'layouts'), '--runtimes-dir', join(home, 'runtimes')],
    environment: { PATH: `${join(home, 'tools')}:/usr/bin:/bin`, HOME: home, PYENV_ROOT: home, NVM_DIR: home },
  })
  if (!isRoot) return
  const own = { name: 'var/runtime/bootstrap', content: await imageProgram(), mode: 0o755 }
  mkdirSync(join(home, 'layouts/own'))
  writeLayout(join(home, 'layouts/own'), { layers: [[own]] })
  for (const runtime of [exact, lacking, 'dotnet8']) await runtimesCommand(server, 'pull', runtime, 'oci:own')
  const images = join(server.dataDirectory, 'images')
  for (const name of readdirSync(images).filter((name) => /^[0-9a-f]{64}$/.test(name)))
    rmSync(join(images, name), { recursive: true })
  renameSync(join(home, 'layouts/own'), join(home, 'away'))
})
after(async () => {
  await server?.[Symbol.asyncDispose]()
  rmSync(home, { recursive: true })
})

const code = { 'main.py': 'import sys\ndef handler(event, context): return "%d.%d" % sys.version_info[:2]\n' }
const create = (FunctionName: string, Runtime: Runtime) =>
  createFunction(server, { FunctionName, code, Runtime, Handler: 'main.handler', Timeout: 60 })

test('nobody misses the image where the host has exactly the version', options, async () => {
  await create('exact', exact)
  assert.equal((await invoke(server, 'exact')).payload, exact.slice('python'.length))
  assert.deepEqual(
    (await logMessages(server, 'exact')).filter((line) => line.startsWith('lambent: ')),
    [],
  )
})

test('elsewhere the nearest version of the host runs the function, and its log says so', options, async () => {
  await create('lacking', lacking)
  assert.match((await invoke(server, 'lacking')).payload, /^3\.\d+$/)
  const [lost = '', nearest = '', ...others] = (await logMessages(server, 'lacking')).filter((line) =>
    line.startsWith('lambent: '),
  )
  const again = `"lambent runtimes pull ${lacking}" brings`
  assert.equal(
    lost,
    `lambent: the image oci:own of ${lacking} is not there any more and could not be pulled again: ${again} another`,
  )
  assert.match(
    nearest,
    new RegExp(`^lambent: ${lacking} is not on this host; running on Python 3\\.\\d+\\.\\d+; ${again} `),
  )
  assert.deepEqual(others, [])
})

test('where there is nothing else, the function’s error says so', options, async () => {
  await create('dotnet', 'dotnet8')
  assert.match(
    (await invoke(server, 'dotnet')).payload.errorMessage,
    /Error: the image oci:own of dotnet8 is not there any more and could not be pulled again: "lambent runtimes pull dotnet8" /,
  )
})

test('what is pulled again is used at once', options, async () => {
  renameSync(join(home, 'away'), join(home, 'layouts/own'))
  await runtimesCommand(server, 'pull', 'dotnet8', 'oci:own')
  assert.deepEqual((await invoke(server, 'dotnet')).payload.arguments, ['/var/runtime/bootstrap'])
  await runtimesCommand(server, 'pull', lacking, 'oci:own')
  assert.deepEqual((await invoke(server, 'lacking')).payload.arguments, ['/var/runtime/bootstrap'])
})

test('a list that cannot be read keeps no server from starting', async () => {
  const images = join(home, 'damaged/images')
  mkdirSync(images, { recursive: true })
  for (const text of ['[{"runtime":"python3', '{}', '[null]', '[{"runtime":"python3.13"}]']) {
    writeFileSync(join(images, 'runtimes.json'), text)
    await using damaged = await startTestServer({ dataDirectory: join(home, 'damaged') })
    assert.equal(await runtimesCommand(damaged, 'list'), '')
    assert.match(damaged.errors(), /the list of runtimes in images could not be read and was put aside/)
    assert.deepEqual(
      readdirSync(images).filter((name) => name.startsWith('runtimes')),
      ['runtimes.json.unreadable'],
    )
  }
})
