import type { Log } from '#base'
import type { Store } from '#store'

const EVERY_MS = 3_600_000
// What a crash may forget of when keys were last used.
const FLUSH_EVERY_MS = 60_000

/**
 * Removes code packages that no function and no layer needs any more, at the start and every hour, and writes when keys
 * were last used; returns how to end it.
 */
export function startHousekeeping(store: Store, log: Log): () => void {
  const tidy = async () => {
    try {
      const used = await Promise.all([store.functions.usedCode(), store.layers.usedCode()])
      await store.code.collect(new Set(used.flatMap((packages) => [...packages])))
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
