import type { FunctionAddress } from '#resources'
import type { StoredEvent } from '#store'
import { type AttemptServices, attempt, type Outcome } from './attempt.ts'
import { DeliveryCounter, type DeliveryCounts } from './delivery-counter.ts'
import { DeliveryWindow } from './delivery-window.ts'
import { FairSchedule } from './fair-schedule.ts'
import { backOffMs } from './retry.ts'

// How often the window is fitted to the host's load.
const ADJUST_EVERY_MS = 250
const READ_AGAIN_MS = 1_000

/**
 * Takes accepted events from the queue and invokes them like anybody else, until each has run or has failed for good.
 * Functions take turns, so that neither one that is slow nor one that is flooded holds up the events of another.
 */
export class Deliverer {
  readonly #services: AttemptServices
  readonly #stopping = new AbortController()
  readonly #serving = new Set<Promise<void>>()
  readonly #window = new DeliveryWindow()
  readonly #counter = new DeliveryCounter()
  readonly #schedule = new FairSchedule<FunctionAddress>(({ account, functionName }) => `${account}:${functionName}`)
  /** Lanes that wait for room in their function's concurrency, with how often in a row they found none. */
  readonly #held = new Set<FunctionAddress>()
  readonly #refusals = new WeakMap<FunctionAddress, number>()
  #adjusting: NodeJS.Timeout | undefined
  #loop: Promise<void> = Promise.resolve()

  constructor(services: AttemptServices) {
    this.#services = services
  }

  start(): void {
    this.#adjusting = setInterval(() => this.#adjust(), ADJUST_EVERY_MS).unref()
    this.#loop = this.#takeIn()
  }

  /** Takes no further events; resolves when those that run have ended. The others stay on disk. */
  async stop(): Promise<void> {
    clearInterval(this.#adjusting)
    this.#stopping.abort()
    await this.#loop
    await Promise.all(this.#serving)
  }

  /** What has become of events since the start. */
  counts(): DeliveryCounts {
    return this.#counter.counts()
  }

  async #takeIn(): Promise<void> {
    const { store, clock } = this.#services
    const { signal } = this.#stopping
    while (!signal.aborted) {
      for (const lane of store.events.takeDue(clock.now())) this.#add(lane)
      this.#fill()
      await store.events.waitForWork(signal).catch(() => undefined)
    }
  }

  #adjust(): void {
    const { running } = this.#schedule
    const isFull = running >= this.#window.size && this.#schedule.next() !== undefined
    this.#window.adjust(isFull, this.#services.invocations.running > running)
    this.#fill()
  }

  #add(lane: FunctionAddress): void {
    if (!this.#held.has(lane)) this.#schedule.add(lane)
  }

  /** Begins as much as there is room for. */
  #fill(): void {
    while (!this.#stopping.signal.aborted) {
      const next = this.#schedule.next(this.#window.size)
      if (!next || !this.#hasPlaceFor(next)) return
      this.#schedule.begin(next.lane)
      this.#begin(next.lane)
    }
  }

  #hasPlaceFor({ isShort }: { readonly isShort: boolean }): boolean {
    const { running } = this.#schedule
    if (running < this.#window.size) return true
    return isShort && running < this.#window.limit && this.#window.takeExtra()
  }

  #begin(lane: FunctionAddress): void {
    const serving = this.#serve(lane)
      .catch((cause) =>
        this.#services.log.error('an event stays in the queue until the next start', { ...lane, cause }),
      )
      .finally(() => {
        this.#serving.delete(serving)
        this.#schedule.end(lane)
        this.#fill()
      })
    this.#serving.add(serving)
  }

  async #serve(lane: FunctionAddress): Promise<void> {
    const event = await this.#claim(lane)
    if (!event) return
    this.#add(lane)
    this.#fill()
    const outcome = await attempt(event, this.#services)
    this.#counter.add(event, outcome)
    if (outcome.kind === 'throttled') return this.#hold(lane, event, outcome)
    this.#refusals.delete(lane)
    await this.#settle(event, outcome)
  }

  /** A failing read is tried again a little later: the events are safe where they are. */
  async #claim(lane: FunctionAddress): Promise<StoredEvent | undefined> {
    const { store, clock, log } = this.#services
    try {
      return await store.events.claim(lane, clock.now())
    } catch (cause) {
      log.error('events could not be read; trying again', { cause })
      await clock.sleep(READ_AGAIN_MS, this.#stopping.signal).catch(() => undefined)
      this.#add(lane)
      return undefined
    }
  }

  async #settle(event: StoredEvent, outcome: Exclude<Outcome, { kind: 'throttled' }>): Promise<void> {
    const { store, log } = this.#services
    if (outcome.kind === 'retry') return store.events.retry(event, outcome.retry)
    const why = outcome.kind === 'discarded' ? outcome.why : outcome.end.condition
    if (why !== 'Success')
      log.info(`an event is dropped: ${why}`, { requestId: event.requestId, functionName: event.functionName })
    store.events.complete(event)
  }

  /** Nothing of the lane is tried until there may be room again; meanwhile it costs nothing. */
  #hold(
    lane: FunctionAddress,
    event: StoredEvent,
    { freed, expiresMs }: Extract<Outcome, { kind: 'throttled' }>,
  ): void {
    const { store, clock } = this.#services
    store.events.release(event)
    if (this.#held.has(lane)) return
    this.#held.add(lane)
    this.#schedule.remove(lane)
    const times = (this.#refusals.get(lane) ?? 0) + 1
    this.#refusals.set(lane, times)
    // An event whose time runs out meanwhile comes to its end then.
    const pauseMs = Math.min(backOffMs(times), Math.max(0, expiresMs + 1 - clock.now()))
    void this.#pause(pauseMs, freed).then(() => {
      this.#held.delete(lane)
      this.#schedule.add(lane)
      this.#fill()
    })
  }

  async #pause(ms: number, freed: Promise<void>): Promise<void> {
    const over = new AbortController()
    const signal = AbortSignal.any([this.#stopping.signal, over.signal])
    await Promise.race([this.#services.clock.sleep(ms, signal).catch(() => undefined), freed])
    over.abort()
  }
}
