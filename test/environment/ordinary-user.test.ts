import { strict as assert } from 'node:assert'
import { execFile } from 'node:child_process'
import { access, chmod, chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { isRoot } from './support.ts'

const NOBODY = 65534
const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))

test('an ordinary user has environments too, and is told which limits do not hold', { skip: !isRoot }, async (t) => {
  const directory = await mkdtemp(`${tmpdir()}/lambent-user-`)
  await chmod(directory, 0o700)
  await chown(directory, NOBODY, NOBODY)
  try {
    const asNobody = ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups', '--', process.execPath]
    const server = [
      fileURLToPath(new URL('./start-some.ts', import.meta.url)),
      directory,
      'bubblewrap',
      'user',
      fixture('echo'),
      fixture('fill-tmp'),
    ]
    const env = { PATH: '/usr/bin:/bin' }
    if (!(await canRead(asNobody, env))) return t.skip('this checkout is not readable by everybody')
    // Its input is at an end from the start, so it closes as soon as it is done.
    const run = promisify(execFile)('setpriv', [...asNobody, ...server], { env, timeout: 30_000 })
    await new Promise((resolve) => setTimeout(resolve, 5_000))
    run.child.stdin?.end()
    const { answers, limits } = JSON.parse((await run).stdout)
    assert.deepEqual(JSON.parse(answers[0]), { a: 1, busy: true })
    const { written, code } = JSON.parse(answers[1])
    assert.equal(code, 'ENOSPC')
    assert.ok(written > 500 && written <= 512)
    const text = limits.join('\n')
    assert.match(text, /users: environments share the server's user id/)
    assert.match(text, /\/tmp: .*NOT kept/)
    assert.match(text, /runtime api: over an inherited socket only/)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})

async function canRead(asNobody: readonly string[], env: Record<string, string>): Promise<boolean> {
  const index = fileURLToPath(new URL('../../src/environment/index.ts', import.meta.url))
  await access(index)
  return promisify(execFile)('setpriv', [...asNobody, '-e', `require('node:fs').readFileSync('${index}')`], {
    env,
  }).then(
    () => true,
    () => false,
  )
}
