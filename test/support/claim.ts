import type { FunctionAddress } from '#resources'
import type { EventStore, StoredEvent } from '#store'

/** The lanes that a store has told of and that were not yet found empty. */
const known = new WeakMap<EventStore, Set<FunctionAddress>>()

/** Claims up to `limit` events that are due, of whichever functions: one after the other from each. */
export async function claim(events: EventStore, nowMs: number, limit: number): Promise<StoredEvent[]> {
  const lanes = known.get(events) ?? new Set()
  known.set(events, lanes)
  const claimed: StoredEvent[] = []
  while (claimed.length < limit) {
    for (const lane of events.takeDue(nowMs)) lanes.add(lane)
    const [lane] = lanes
    if (!lane) break
    lanes.delete(lane)
    let isEmpty = false
    try {
      const event = await events.claim(lane, nowMs)
      if (event) claimed.push(event)
      isEmpty = event === undefined
    } finally {
      if (!isEmpty) lanes.add(lane)
    }
  }
  return claimed
}
