import type { Clock } from '#base'
import { RequirementUnmet } from '../errors.ts'
import type { EventMoves } from '../event-moves.ts'
import { commitAtLast } from './commit-at-last.ts'
import type { Database, Statement, StatementResult } from './database.ts'
import type { EventQueue } from './events.ts'
import type { FailedEvents } from './failed-events.ts'
import type { Outbox } from './outbox.ts'

interface Parts {
  readonly events: EventQueue
  readonly outbox: Outbox
  readonly failed: FailedEvents
}

export function createEventMoves({ commit }: Database, { events, outbox, failed }: Parts, clock: Clock): EventMoves {
  return {
    end: (event, messages, failure) =>
      move({ from: events, item: event }, [
        ...messages.map((message) => arrival(outbox, message)),
        ...(failure ? [arrival(failed, failure)] : []),
      ]),

    forward: (message, event) => move({ from: outbox, item: message }, [arrival(events, event)]),

    replay: (failure, event) => move({ from: failed, item: failure }, [arrival(events, event)]),

    giveUp: (message, failure) => move({ from: outbox, item: message }, failure ? [arrival(failed, failure)] : []),
  }

  /** One commit; when the item has gone, nothing arrives. */
  async function move<Item extends { readonly id: number }>(
    { from, item }: { readonly from: Place<Item>; readonly item: Item },
    arrivals: readonly Arrival[],
  ): Promise<boolean> {
    const removal = { ...from.removal(item.id), required: true }
    try {
      const [, ...results] = await commitAtLast(commit, clock, [removal, ...arrivals.map(({ insertion }) => insertion)])
      from.removed(item, 1)
      for (const [i, { inserted }] of arrivals.entries()) inserted(results[i] ?? NOTHING)
      return true
    } catch (error) {
      if (!(error instanceof RequirementUnmet)) throw error
      from.removed(item, 0)
      return false
    }
  }
}

const NOTHING: StatementResult = { rows: [], changes: 0 }

interface Place<Item> {
  removal(id: number): Statement
  removed(item: Item, changes: number): void
}

interface Arrival {
  readonly insertion: Statement
  inserted(result: StatementResult): void
}

const arrival = <Item>(
  at: { insertion(item: Item): Statement; inserted(item: Item, result: StatementResult): void },
  item: Item,
): Arrival => ({ insertion: at.insertion(item), inserted: (result) => at.inserted(item, result) })
