import { setTimeout as sleep } from 'node:timers/promises'

// A test that waits longer than this for anything has failed, also on a machine that is ten times slower than others.
const PATIENCE_MS = 180_000

/** Asks again and again until there is an answer. */
export async function poll<Answer>(
  ask: () => Answer | undefined | Promise<Answer | undefined>,
  patienceMs = PATIENCE_MS,
): Promise<Answer> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > deadline) throw new Error(`waited in vain for ${ask}`)
    await sleep(20)
  }
}
