import { strict as assert } from 'node:assert'
import { after, test } from 'node:test'
import { attacks } from './attacks.ts'
import { openScene } from './scene.ts'

for (const network of ['host', 'none'] as const) {
  const scene = await openScene({ args: ['--network', network] })
  after(() => scene[Symbol.asyncDispose]())

  for (const { name, program, detail, bubblewrap = 'refused' } of attacks) {
    const expected = network === 'none' ? 'refused' : bubblewrap
    test(`--network ${network}: a function that ${name} finds it ${expected}`, async () => {
      const loot = await scene.attack(program, detail?.(scene))
      if (expected === 'refused') assert.deepEqual(loot, [])
      else assert.notEqual(loot.length, 0, 'it is refused now: say so')
      await scene.assertUnharmed()
    })
  }
}
