import type { Log } from '#base'
import type { Store } from '#store'

const EVERY_MS = 3_600_000
// What a crash may forget of when keys were last used.
const FLUSH_EVERY_MS = 60_000

/**
 * Removes code packages that no function runs any more, at the start and every hour, and writes when keys were last used;
 * returns how to end it.
 */
export function startHousekeeping(store: Store, log: Log): () => void {
  const tidy = async () => {
    try {
      await store.code.collect(await store.functions.usedCode())
    } catch (cause) {
      log.error('unused code packages could not be removed', { cause })
    }
  }
  void tidy()
  const timer = setInterval(tidy, EVERY_MS).unref()
  const flush = () =>
    store.identities.lastUses.flush().catch((cause) => log.error('last uses of keys could not be written', { cause }))
  const flusher = setInterval(flush, FLUSH_EVERY_MS).unref()
  return () => {
    clearInterval(timer)
    clearInterval(flusher)
  }
}
