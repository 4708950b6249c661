import type { Clock, Log } from '#base'
import { ApiError, ServiceException } from '#model'
import { type FunctionVersion, functionArn, LATEST, notInvocable, type Place } from '#resources'
import type { Store, StoredEvent } from '#store'
import type { Invocations } from '../invocations.ts'
import { resolveVersion } from '../resolve-version.ts'
import { DeliveryWindow } from './delivery-window.ts'
import { backOffUntilMs, maximumAgeMs, nextAttemptMs } from './retry.ts'

// How often the window is fitted to the host's load.
const ADJUST_EVERY_MS = 250
const READ_AGAIN_MS = 1_000

/** Takes accepted events from the queue and invokes them like anybody else, until each has run or has failed for good. */
export class Deliverer {
  readonly #store: Store
  readonly #invocations: Invocations
  readonly #place: Place
  readonly #clock: Clock
  readonly #log: Log
  readonly #stopping = new AbortController()
  readonly #running = new Set<Promise<void>>()
  readonly #window = new DeliveryWindow()
  #adjusting: NodeJS.Timeout | undefined
  #loop: Promise<void> = Promise.resolve()

  constructor(of: { store: Store; invocations: Invocations; place: Place; clock: Clock; log: Log }) {
    this.#store = of.store
    this.#invocations = of.invocations
    this.#place = of.place
    this.#clock = of.clock
    this.#log = of.log
  }

  start(): void {
    this.#adjusting = setInterval(() => this.#window.adjust(this.#isFull), ADJUST_EVERY_MS).unref()
    this.#loop = this.#deliver()
  }

  /** Takes no further events; resolves when those that run have ended. The others stay on disk. */
  async stop(): Promise<void> {
    clearInterval(this.#adjusting)
    this.#stopping.abort()
    await this.#loop
    await Promise.all(this.#running)
  }

  async #deliver(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      const room = this.#window.size - this.#running.size
      const events = room > 0 ? await this.#claim(room) : []
      for (const event of events) this.#begin(event)
      if (this.#isFull) await Promise.race(this.#running)
      else if (events.length === 0) await this.#store.events.waitForWork(signal).catch(() => undefined)
    }
  }

  /** A failing read is tried again a little later: the events are safe where they are. */
  async #claim(room: number): Promise<readonly StoredEvent[]> {
    try {
      return await this.#store.events.claim(this.#clock.now(), room)
    } catch (cause) {
      this.#log.error('events could not be read; trying again', { cause })
      await this.#clock.sleep(READ_AGAIN_MS, this.#stopping.signal).catch(() => undefined)
      return []
    }
  }

  get #isFull(): boolean {
    return this.#running.size >= this.#window.size
  }

  #begin(event: StoredEvent): void {
    const delivery = this.#attempt(event)
      .catch((cause) =>
        this.#log.error('an event could not be delivered and stays in the queue', {
          requestId: event.requestId,
          cause,
        }),
      )
      .finally(() => this.#running.delete(delivery))
    this.#running.add(delivery)
  }

  async #attempt(event: StoredEvent): Promise<void> {
    const { events, eventInvokeConfigs } = this.#store
    const nowMs = this.#clock.now()
    const config = eventInvokeConfigs.get(event.account, event.functionName, event.qualifier ?? LATEST)
    const expiresMs = event.acceptedMs + maximumAgeMs(config)
    if (nowMs > expiresMs) return this.#drop(event, 'it is too old')
    const version = await resolveVersion(this.#store, event)
    if (!version) return this.#drop(event, 'its function, version or alias does not exist any more')
    const failed = await this.#run(event, version)
    if (failed === 'no') return events.complete(event.id)
    if (failed === 'not-run') return events.retry(event.id, event.attempts, backOffUntilMs(event.acceptedMs, nowMs))
    const attempts = event.attempts + 1
    const againMs = nextAttemptMs(attempts, this.#clock.now(), config)
    if (againMs === undefined) return this.#drop(event, `it failed ${attempts} times`)
    if (againMs > expiresMs) return this.#drop(event, `it failed ${attempts} times and is too old to run again`)
    return events.retry(event.id, attempts, againMs)
  }

  /** `function` when the function failed, `not-run` when the service could not run it now. */
  async #run(event: StoredEvent, version: FunctionVersion): Promise<'no' | 'function' | 'not-run'> {
    try {
      if (version.state !== 'Active') throw notInvocable(version.state)
      const result = await this.#invocations.invoke(version, {
        requestId: event.requestId,
        payload: event.payload,
        invokedFunctionArn: functionArn(this.#place, event),
        traceHeader: event.traceHeader,
        wantsLogTail: false,
      })
      return result.functionError ? 'function' : 'no'
    } catch (error) {
      if (!(error instanceof ApiError) || error instanceof ServiceException)
        this.#log.error('an event could not run now', { requestId: event.requestId, cause: error })
      return 'not-run'
    }
  }

  #drop(event: StoredEvent, why: string): void {
    this.#log.info(`an event is dropped: ${why}`, { requestId: event.requestId, functionName: event.functionName })
    void this.#store.events.complete(event.id)
  }
}
