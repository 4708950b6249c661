import { strict as assert } from 'node:assert'
import { after, test } from 'node:test'
import { attacks } from './attacks.ts'
import { openScene } from './scene.ts'

// Root's plain processes could do all of this to the machine itself, so the server is an ordinary user's.

const NOBODY = 65534
const isRoot = process.getuid?.() === 0
const scene = await openScene({
  args: ['--isolation', 'process'],
  ...(isRoot && { user: NOBODY, environment: { PATH: '/usr/local/bin:/usr/bin:/bin' } }),
})
after(() => scene[Symbol.asyncDispose]())

for (const { name, program, detail, process: expected } of attacks)
  test(`a plain process that ${name} finds it ${expected}`, async () => {
    const loot = await scene.attack(program, detail?.(scene))
    if (expected === 'refused') assert.deepEqual(loot, [])
    if (expected === 'open') assert.notEqual(loot.length, 0, 'it is refused now: say so')
    await scene.assertUnharmed()
  })
