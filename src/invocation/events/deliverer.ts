import { newUuid } from '#base'
import type { FunctionAddress, OutboxMessage, QueuedEvent } from '#resources'
import type { StoredEvent } from '#store'
import { type AttemptServices, attempt, type Outcome } from './attempt.ts'
import { DeliveryCounter, type DeliveryCounts } from './delivery-counter.ts'
import { DeliveryWindow } from './delivery-window.ts'
import type { Turn } from './fair-schedule.ts'
import { LaneRunner, type Pause } from './lane-runner.ts'

// How often the window is fitted to the host's load.
const ADJUST_EVERY_MS = 250

/**
 * Takes accepted events from the queue and invokes them like anybody else, until each has run or has failed for good.
 * Functions take turns, so that neither one that is slow nor one that is flooded holds up the events of another.
 */
export class Deliverer {
  readonly #services: AttemptServices
  readonly #window = new DeliveryWindow()
  /** By account. */
  readonly #counters = new Map<string, DeliveryCounter>()
  readonly #runner: LaneRunner<FunctionAddress, StoredEvent>
  #adjusting: NodeJS.Timeout | undefined

  constructor(services: AttemptServices) {
    this.#services = services
    this.#runner = new LaneRunner({
      source: services.store.events,
      ownerOf: ({ account, functionName }) => `${account}:${functionName}`,
      hasPlace: (turn, running) => this.#hasPlace(turn, running),
      handle: (event) => this.#deliver(event),
      clock: services.clock,
      log: services.log,
    })
  }

  start(): void {
    this.#adjusting = setInterval(() => this.#adjust(), ADJUST_EVERY_MS).unref()
    this.#runner.start()
  }

  /** Takes no further events; resolves when those that run have ended. The others stay on disk. */
  async stop(): Promise<void> {
    clearInterval(this.#adjusting)
    await this.#runner.stop()
  }

  /** What has become of an account's events since the start. */
  counts(account: string): DeliveryCounts {
    return this.#counterOf(account).counts()
  }

  #counterOf(account: string): DeliveryCounter {
    const counter = this.#counters.get(account) ?? new DeliveryCounter()
    this.#counters.set(account, counter)
    return counter
  }

  /** A function that has less than its share may begin beyond the window. */
  #hasPlace({ running: own, owners }: Turn<FunctionAddress>, running: number): boolean {
    if (running < this.#window.size) return true
    return own < this.#window.size / owners && running < this.#window.limit && this.#window.takeExtra()
  }

  #adjust(): void {
    const { running, isCrowded } = this.#runner
    this.#window.adjust(isCrowded && running >= this.#window.size, this.#services.invocations.running > running)
    this.#runner.fill()
  }

  async #deliver(event: StoredEvent): Promise<Pause | undefined> {
    const { store, clock, log } = this.#services
    const outcome = await attempt(event, this.#services)
    this.#counterOf(event.account).add(event, outcome)
    switch (outcome.kind) {
      case 'throttled':
        store.events.release(event)
        // An event whose time runs out meanwhile comes to its end then.
        return { longestMs: Math.max(0, outcome.expiresMs + 1 - clock.now()), over: outcome.freed }
      case 'retry':
        await store.events.retry(event, outcome.retry)
        return undefined
      case 'discarded':
        log.info(`an event is dropped: ${outcome.why}`, {
          requestId: event.requestId,
          functionName: event.functionName,
        })
        store.events.complete(event)
        return undefined
      case 'ended':
        await this.#end(event, outcome)
        return undefined
    }
  }

  /** What follows is written in the same commit that takes the event out of the queue. */
  async #end(stored: StoredEvent, outcome: Extract<Outcome, { kind: 'ended' }>): Promise<void> {
    const { store, log } = this.#services
    const { id: _, ...event } = stored
    const { end } = outcome
    const messages = messagesFor(event, outcome)
    const isSuccess = end.condition === 'Success'
    if (isSuccess && messages.length === 0) return store.events.complete(stored)
    if (!isSuccess)
      log.info(`an event has failed: ${end.condition}`, {
        requestId: event.requestId,
        functionName: event.functionName,
        targets: messages.map(({ target }) => target),
      })
    await store.eventMoves.end(stored, messages, messages.length === 0 ? { event, end } : undefined)
  }
}

/** A failed event goes to the dead-letter queue of the function and, as a record, to its destination. */
function messagesFor(
  event: QueuedEvent,
  { end, version, config }: Extract<Outcome, { kind: 'ended' }>,
): readonly OutboxMessage[] {
  const { role, deadLetterArn } = version.configuration
  const message = (kind: OutboxMessage['kind'], target: string | undefined): readonly OutboxMessage[] =>
    target === undefined ? [] : [{ target, role, kind, event, end, uuid: newUuid(), tries: 0, dueMs: end.endedMs }]
  if (end.condition === 'Success') return message('destination', config?.onSuccess)
  return [...message('destination', config?.onFailure), ...message('dead-letter', deadLetterArn)]
}
