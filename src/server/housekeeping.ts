import type { Clock, Log } from '#base'
import type { Invocations } from '#invocation'
import type { Store } from '#store'

const EVERY_MS = 3_600_000
// What a crash may forget of when keys were last used.
const FLUSH_EVERY_MS = 60_000

export interface HousekeepingOptions {
  readonly store: Store
  readonly invocations: Pick<Invocations, 'runtimeImagesInUse'>
  readonly clock: Clock
  readonly log: Log
  readonly failedEventHours: number
}

/**
 * Removes code packages and images that no function and no layer needs any more, and failed events whose time is over, at the start
 * and every hour; and writes when keys were last used. Returns how to end it.
 */
export function startHousekeeping({
  store,
  invocations,
  clock,
  log,
  failedEventHours,
}: HousekeepingOptions): () => void {
  const attempt = (work: Promise<void>, failure: string) => work.catch((cause) => log.error(failure, { cause }))
  const tidy = () => {
    void attempt(removeUnusedImages(store, invocations), 'unused container images could not be removed')
    void attempt(removeUnusedCode(store), 'unused code packages could not be removed')
    const beforeMs = clock.now() - failedEventHours * 3_600_000
    void attempt(store.failedEvents.expire(beforeMs), 'failed events could not be removed')
  }
  const flush = () => attempt(store.identities.lastUses.flush(), 'last uses of keys could not be written')
  tidy()
  const timers = [setInterval(tidy, EVERY_MS), setInterval(flush, FLUSH_EVERY_MS)]
  for (const timer of timers) timer.unref()
  return () => timers.forEach(clearInterval)
}

async function removeUnusedImages(
  { functions, images, runtimeImages }: Store,
  invocations: HousekeepingOptions['invocations'],
): Promise<void> {
  const ofRuntimes = runtimeImages.list().map(({ digest }) => digest)
  const used = [await functions.usedImages(), ofRuntimes, invocations.runtimeImagesInUse()]
  await images.collect(new Set(used.flatMap((digests) => [...digests])))
}

async function removeUnusedCode({ functions, layers, code }: Store): Promise<void> {
  const used = await Promise.all([functions.usedCode(), layers.usedCode()])
  await code.collect(new Set(used.flatMap((packages) => [...packages])))
}
