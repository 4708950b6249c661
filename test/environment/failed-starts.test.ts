import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Cgroup } from '../../src/environment/cgroups/cgroup.ts'
import { openCgroupTree } from '../../src/environment/cgroups/cgroup-tree.ts'
import { openNests } from '../../src/environment/sandbox/nests.ts'
import { runInside } from '../../src/environment/sandbox/network/run-inside.ts'
import { poll } from '../support/poll.ts'
import { openTestHost } from './support.ts'

const { start } = await openTestHost()
const directory = mkdtempSync(join(tmpdir(), 'lambent-failed-'))
after(() => rmSync(directory, { recursive: true }))

test('pipes and directories of an image are no programs, and nobody waits for who writes to them', async () => {
  mkdirSync(join(directory, 'opt/extensions'), { recursive: true })
  for (const name of ['pipe', 'opt/extensions/pipe']) execFileSync('mkfifo', ['-m', '777', join(directory, name)])
  // As many at a time as would keep all threads busy that look at files.
  const programs = ['/pipe', '/pipe', '/pipe', '/pipe', '/pipe', '/opt']
  const environments = await Promise.all(
    programs.map((program) => {
      const process = { entryPoint: [program], command: [], workingDirectory: '/', variables: {} }
      return start({ runtime: 'IMAGE', image: { directory, ...process } })
    }),
  )
  for (const [index, environment] of environments.entries())
    assert.match((await environment.fail()).errorMessage, new RegExp(`fork/exec ${programs[index]}: permission denied`))
})

test('a control group that cannot be made ahead is nobody’s failure', async () => {
  const tree = openCgroupTree(`test-${process.pid}`)
  let attempts = 0
  const create: typeof tree.create = (...parameters) => {
    if (++attempts > 1) throw new Error('too many open files')
    return tree.create(...parameters)
  }
  const shell = () => assert.fail('no shell is started')
  const nests = openNests({ ...tree, create, directories: ['some'] }, shell)
  const { cgroup } = nests.take({ memoryBytes: 2 ** 28, processes: 10, cpus: 1 })
  await poll(() => attempts > 1 || undefined)
  await nests.close()
  await cgroup.remove()
  await tree.close()
})

test('a control group that cannot be made whole leaves nothing behind', () => {
  const place = mkdtempSync(join(directory, 'groups-'))
  // A file that cannot be opened, as when descriptors run out.
  const places = { freezer: { version: 2, directory: place }, unified: place } as const
  assert.throws(() => new Cgroup(places, 'first', { memoryBytes: 2 ** 28, processes: 10, cpus: 1 }), /ENOENT/)
  assert.deepEqual(readdirSync(place), [])
})

test('what cannot be kept of a network is closed, and its maker hears of it', async () => {
  const opened: Server[] = []
  const failing = runInside(['env'], ['listen', '127.0.0.1', 0], ({ handle }) => {
    if (handle instanceof Server) opened.push(handle)
    throw new Error('too many open files')
  })
  await assert.rejects(failing, /too many open files/)
  assert.deepEqual(
    opened.map(({ listening }) => listening),
    [false],
  )
})
