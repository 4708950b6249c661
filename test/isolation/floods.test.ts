import { strict as assert } from 'node:assert'
import { statfsSync } from 'node:fs'
import { after, test } from 'node:test'
import { invoke } from '../support/clients.ts'
import { isRoot, ORDINARY_USER, openScene } from './scene.ts'

// Attacks on what there is only so much of, each with a neighbour who asks for his share meanwhile.

const scenes = [
  { who: 'a function', scene: await openScene(), isWanted: () => true },
  // The others are the same, whatever root they see.
  { who: 'a container image', scene: await openScene({ inImage: true }), isWanted: (flood: Flood) => flood.inImages },
]
after(() => Promise.all(scenes.map(({ scene }) => scene[Symbol.asyncDispose]())))

interface Flood {
  /** What the function does, as a sentence goes on. */
  readonly name: string
  readonly program: string
  readonly detail?: Readonly<Record<string, unknown>>
  /** What it gets, or the type of the error that it ends with. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the attack returns
  readonly ends: ((got: any) => boolean) | RegExp
  /** Long enough for an Init on a busy machine: it runs again after it. */
  readonly timeoutSeconds?: number
  /** Of those in images as well. */
  readonly inImages?: boolean
}

const floods: readonly Flood[] = [
  {
    name: 'starts processes until it may not',
    program: 'floods.processes',
    inImages: true,
    ends: (started) => started > 600 && started < 1024,
  },
  {
    name: 'starts threads until it may not',
    program: 'floods.threads',
    ends: (started) => started > 600 && started < 1024,
  },
  {
    name: 'doubles its processes without end',
    program: 'floods.bomb',
    inImages: true,
    ends: /Sandbox.Timedout|Task timed out/,
    timeoutSeconds: 8,
  },
  {
    name: 'spins on all processors, deaf to signals',
    program: 'floods.spin',
    ends: /Sandbox.Timedout|Task timed out/,
    timeoutSeconds: 8,
  },
  {
    name: 'takes memory without end',
    program: 'floods.memory',
    ends: /Runtime.OutOfMemory|Runtime.ExitError/,
    inImages: true,
  },
  { name: 'opens files without end', program: 'floods.descriptors', ends: (opened) => opened > 900 && opened < 1024 },
  {
    name: 'makes files without end',
    program: 'floods.files',
    inImages: true,
    detail: { seconds: 15 },
    ends: ({ made, full }) => made > 1000 && (full === false || full === 'No space left on device'),
  },
  {
    name: 'writes its log without end',
    program: 'floods.log',
    detail: { megabytes: 30 },
    ends: (got) => got === 'done',
  },
]

const attempts = scenes.flatMap(({ who, scene, isWanted }) =>
  floods.filter(isWanted).map((flood) => ({ ...flood, who, scene })),
)

for (const { who, scene, name, program, detail, ends, timeoutSeconds = 60 } of attempts)
  test(`${who} that ${name} hurts only itself`, async () => {
    const filesBefore = statfsSync(scene.server.dataDirectory).ffree
    await scene.giveSeconds(timeoutSeconds)
    const flooding = invoke(scene.server, 'attacker', { attack: program, detail })
    let isOver = false
    const over = flooding.finally(() => (isOver = true))
    do await scene.assertUnharmed()
    while (!isOver)
    const { payload, FunctionError } = await over
    if (ends instanceof RegExp) {
      assert.equal(FunctionError, 'Unhandled', JSON.stringify(payload))
      assert.match(JSON.stringify(payload), ends)
    } else {
      assert.equal(FunctionError, undefined, JSON.stringify(payload))
      assert.ok(ends(payload), JSON.stringify(payload))
    }
    assert.ok(
      filesBefore - statfsSync(scene.server.dataDirectory).ffree < 10_000,
      "the host's file system keeps its room",
    )
    await scene.assertUnharmed()
    assert.deepEqual(await scene.attack('processes.inherited_descriptors'), [], 'and the function runs again')
  })

test("processes have a limit without control groups too, which an ordinary user's server has none of", {
  skip: !isRoot,
}, async () => {
  await using ordinary = await openScene(ORDINARY_USER)
  assert.match(ordinary.server.output(), /processes: at most 742 \(rlimit\)/)
  for (const flood of ['floods.threads', 'floods.processes']) {
    const started = Number(await ordinary.attack(flood))
    assert.ok(started > 600 && started < 742, `${started}`)
  }
  await ordinary.assertUnharmed()
})
