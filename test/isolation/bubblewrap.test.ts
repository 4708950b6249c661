import { strict as assert } from 'node:assert'
import { after, test } from 'node:test'
import { attacks } from './attacks.ts'
import { isRoot, ORDINARY_USER, openScene } from './scene.ts'

const servers = [
  { name: "in the host's network", args: ['--network', 'host'], isAlone: false },
  { name: 'in no network', args: ['--network', 'none'], isAlone: true },
  { name: 'in a container image', args: [], isAlone: false, inImage: true },
  // Whoever runs these tests is one already, unless he is root.
  ...(isRoot
    ? [
        { name: "of an ordinary user, in the host's network", args: [], isAlone: false, ...ORDINARY_USER },
        { name: 'of an ordinary user, in no network', args: ['--network', 'none'], isAlone: true, ...ORDINARY_USER },
      ]
    : []),
]

for (const { name: where, isAlone, ...setup } of servers) {
  const scene = await openScene(setup)
  after(() => scene[Symbol.asyncDispose]())

  for (const { name, program, detail, bubblewrap = 'refused' } of attacks) {
    const expected = isAlone ? 'refused' : bubblewrap
    test(`a function ${where} that ${name} finds it ${expected}`, async () => {
      const loot = await scene.attack(program, detail?.(scene))
      if (expected === 'refused') assert.deepEqual(loot, [])
      else assert.notEqual(loot.length, 0, 'it is refused now: say so')
      await scene.assertUnharmed()
    })
  }
}
