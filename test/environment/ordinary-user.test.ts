import { strict as assert } from 'node:assert'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { extensions } from './extension-code.ts'
import { isRoot } from './support.ts'

const NOBODY = 65534
const root = join(import.meta.dirname, '../..')

test('an ordinary user has environments too, and is told which limits do not hold', { skip: !isRoot }, async () => {
  const directory = await mkdtemp(`${tmpdir()}/lambent-user-`)
  try {
    const { answers, limits } = await runAsNobody(directory)
    assert.deepEqual(answers[0], { a: 1, busy: true })
    const { written, code } = answers[1]
    assert.equal(code, 'ENOSPC')
    assert.ok(written > 500 && written <= 512)
    const text = limits.join('\n')
    assert.deepEqual(answers[2], ['extensions', 'text'], 'and the extension has initialized')
    assert.match(answers[3], /^127\.0\.0\.1:\d+$/, 'a custom runtime speaks by TCP')
    assert.deepEqual(answers[4], ['pong', 'hung up on'], 'nobody reaches the Runtime API of another environment')
    assert.match(text, /users: environments share the server's user id/)
    assert.match(text, /\/tmp: .*NOT kept/)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})

interface Outcome {
  // biome-ignore lint/suspicious/noExplicitAny: whatever the fixtures return
  readonly answers: readonly any[]
  readonly limits: readonly string[]
}

/** Init ends only when telemetry has reached a port in the environment. */
const HEARS_BEFORE_IT_IS_READY = `let heard
const batch = new Promise((resolve) => (heard = resolve))
const server = http.createServer((request, response) => request.on('end', () => response.end(heard)).resume())
await new Promise((resolve) => server.listen(0, 'sandbox.localdomain', resolve))
await register([])
await call('PUT', '/2022-07-01/telemetry', { 'Lambda-Extension-Identifier': id, body: {
  schemaVersion: '2022-12-13', types: ['platform'], buffering: { timeoutMs: 25 },
  destination: { protocol: 'HTTP', URI: 'http://sandbox.localdomain:' + server.address().port } } })
await batch
await next()`

/** Runs from a copy that everybody may read: the checkout may lie where only root gets. */
async function runAsNobody(directory: string): Promise<Outcome> {
  await chmod(directory, 0o755)
  for (const part of ['src', 'package.json', 'test/environment'])
    await cp(join(root, part), join(directory, part), { recursive: true })
  await cp(process.execPath, join(directory, 'node'))
  const data = await mkdtemp(join(directory, 'data-'))
  await chown(data, NOBODY, NOBODY)
  const layers = join(directory, 'layers')
  await mkdir(join(layers, 'extensions'), { recursive: true })
  await writeFile(join(layers, 'text'), '')
  for (const [path, program] of Object.entries(extensions({ ear: HEARS_BEFORE_IT_IS_READY })))
    await writeFile(join(layers, path), program, { mode: 0o755 })
  const fixture = (name: string) => join(directory, 'test/environment/fixtures', name)
  const script = join(directory, 'test/environment/start-some.ts')
  const server = [
    join(directory, 'node'),
    script,
    data,
    'bubblewrap',
    'user',
    fixture('echo'),
    fixture('fill-tmp'),
    fixture('list-opt'),
    fixture('tell-runtime-api'),
    fixture('reach-runtime-api'),
  ]
  const child = spawn(
    'setpriv',
    ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups', '--', ...server],
    {
      env: { PATH: '/usr/bin:/bin', LAYERS: layers },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  const exited = once(child, 'exit')
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  child.stdin.end()
  await exited
  return JSON.parse(line)
}
