import type { LogEvent } from '#store'

/** AWS's largest page, and the default. */
export const EVENTS_LIMIT = 10_000
// AWS's limit of a page; each event counts this much more than its message.
const PAGE_LIMIT_BYTES = 1_048_576
const EVENT_OVERHEAD_BYTES = 26

/**
 * Reads a page of at most `limit` events, and again with fewer when it is too large: only the store can say where the
 * shorter page ends. `fromEnd` tells at which end a shorter page lacks events.
 */
export async function readWithinLimit<Page extends { readonly events: readonly LogEvent[] }>(
  read: (limit: number) => Promise<Page | undefined>,
  limit: number,
  fromEnd = false,
): Promise<Page | undefined> {
  const page = await read(limit)
  if (!page) return undefined
  const fitting = countFitting(fromEnd ? page.events.toReversed() : page.events)
  return fitting < page.events.length ? read(fitting) : page
}

/** At least one: an event that is larger than a page is a page. */
function countFitting(events: readonly LogEvent[]): number {
  let bytes = 0
  let count = 0
  for (const { message } of events) {
    bytes += Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES
    if (bytes > PAGE_LIMIT_BYTES && count > 0) break
    count++
  }
  return count
}
