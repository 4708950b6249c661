import { strict as assert } from 'node:assert'
import { globSync } from 'node:fs'
import { after, test } from 'node:test'
import { poll } from '../support/poll.ts'
import { attacks } from './attacks.ts'
import { isRoot, ORDINARY_USER, openScene } from './scene.ts'

// Root's plain processes could do all of this to the machine itself, so the server is an ordinary user's.

const scene = await openScene({ args: ['--isolation', 'process'], ...(isRoot && ORDINARY_USER) })
after(() => scene[Symbol.asyncDispose]())

for (const { name, program, detail, process: expected } of attacks)
  test(`a plain process that ${name} finds it ${expected}`, async () => {
    const loot = await scene.attack(program, detail?.(scene))
    if (expected === 'refused') assert.deepEqual(loot, [])
    if (expected === 'open') assert.notEqual(loot.length, 0, 'it is refused now: say so')
    await scene.assertUnharmed()
  })

test('links that a function leaves are removed with it, and not what they lead to', async () => {
  const { server } = scene
  const links = () => globSync(`${server.dataDirectory}/environments/*/tmp/*/link-0`)
  assert.equal(links().length, 1)
  // Its environment is replaced.
  await scene.giveSeconds(59)
  await scene.attack('processes.inherited_descriptors')
  await poll(() => links().length === 0 || undefined)
  await scene.assertUnharmed()
})
