import type { Clock, Log } from '#base'
import type { Store } from '#store'

const EVERY_MS = 3_600_000

export interface HousekeepingOptions {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly failedEventHours: number
}

/**
 * Removes code packages that no function and no layer needs any more, and failed events whose time is over; at the start
 * and every hour. Returns how to end it.
 */
export function startHousekeeping(options: HousekeepingOptions): () => void {
  const tidy = () => {
    void attempt(options.log, 'unused code packages could not be removed', () => removeUnusedCode(options))
    void attempt(options.log, 'failed events could not be removed', () => expireFailedEvents(options))
  }
  tidy()
  const timer = setInterval(tidy, EVERY_MS).unref()
  return () => clearInterval(timer)
}

async function attempt(log: Log, failure: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (cause) {
    log.error(failure, { cause })
  }
}

async function removeUnusedCode({ store }: HousekeepingOptions): Promise<void> {
  const used = await Promise.all([store.functions.usedCode(), store.layers.usedCode()])
  await store.code.collect(new Set(used.flatMap((packages) => [...packages])))
}

const expireFailedEvents = ({ store, clock, failedEventHours }: HousekeepingOptions) =>
  store.failedEvents.expire(clock.now() - failedEventHours * 3_600_000)
