import type { Clock, Log } from '#base'
import { FairSchedule, type Turn } from './fair-schedule.ts'
import { backOffMs } from './retry.ts'

const READ_AGAIN_MS = 1_000

/** A durable queue that is divided into lanes. */
export interface LaneSource<Lane, Item> {
  takeDue(nowMs: number): readonly Lane[]
  claim(lane: Lane, nowMs: number): Promise<Item | undefined>
  waitForWork(signal: AbortSignal): Promise<void>
}

/** Nothing more of a lane is to be tried for now. */
export interface Pause {
  /** Not longer than this, however often it has been paused in a row. */
  readonly longestMs: number
  /** Ends it early. */
  readonly over?: Promise<void>
}

export interface LaneRunnerOptions<Lane extends object, Item> {
  readonly source: LaneSource<Lane, Item>
  /** Whose lanes take turns with those of others. */
  ownerOf(lane: Lane): string
  /** Whether one more may begin now, when `running` do. */
  hasPlace(turn: Turn<Lane>, running: number): boolean
  /** Does what is to be done with one item; everything about the item is settled when it resolves. */
  handle(item: Item): Promise<Pause | undefined>
  readonly clock: Clock
  readonly log: Log
}

/**
 * Takes items from a queue and has them handled, many at a time, the owners of lanes by turns. A lane that is paused
 * costs nothing and holds up no other.
 */
export class LaneRunner<Lane extends object, Item> {
  readonly #options: LaneRunnerOptions<Lane, Item>
  readonly #schedule: FairSchedule<Lane>
  readonly #stopping = new AbortController()
  readonly #handling = new Set<Promise<void>>()
  readonly #paused = new Set<Lane>()
  /** How often in a row a lane was paused. */
  readonly #pauses = new WeakMap<Lane, number>()
  #loop: Promise<void> = Promise.resolve()

  constructor(options: LaneRunnerOptions<Lane, Item>) {
    this.#options = options
    this.#schedule = new FairSchedule((lane) => options.ownerOf(lane))
  }

  get running(): number {
    return this.#schedule.running
  }

  /** Something waits only for a place. */
  get isCrowded(): boolean {
    return this.#schedule.next() !== undefined
  }

  start(): void {
    this.#loop = this.#takeIn()
  }

  /** Takes nothing more; resolves when what is being handled is settled. The rest stays on disk. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
    await Promise.all(this.#handling)
  }

  /** Begins as much as there is room for. */
  fill(): void {
    while (!this.#stopping.signal.aborted) {
      const turn = this.#schedule.next()
      if (!turn || !this.#options.hasPlace(turn, this.#schedule.running)) return
      this.#schedule.begin(turn.lane)
      this.#begin(turn.lane)
    }
  }

  async #takeIn(): Promise<void> {
    const { source, clock } = this.#options
    const { signal } = this.#stopping
    while (!signal.aborted) {
      for (const lane of source.takeDue(clock.now())) this.#add(lane)
      this.fill()
      await source.waitForWork(signal).catch(() => undefined)
    }
  }

  #add(lane: Lane): void {
    if (!this.#paused.has(lane)) this.#schedule.add(lane)
  }

  #begin(lane: Lane): void {
    const handling = this.#handleNext(lane)
      .catch((cause) =>
        this.#options.log.error('something stays in its queue until the next start', { ...lane, cause }),
      )
      .finally(() => {
        this.#handling.delete(handling)
        this.#schedule.end(lane)
        this.fill()
      })
    this.#handling.add(handling)
  }

  async #handleNext(lane: Lane): Promise<void> {
    const item = await this.#claim(lane)
    if (item === undefined) return
    this.#add(lane)
    this.fill()
    const pause = await this.#options.handle(item)
    if (pause) this.#pause(lane, pause)
    else this.#pauses.delete(lane)
  }

  /** A failing read is tried again a little later: everything is safe where it is. */
  async #claim(lane: Lane): Promise<Item | undefined> {
    const { source, clock, log } = this.#options
    try {
      return await source.claim(lane, clock.now())
    } catch (cause) {
      log.error('a queue could not be read; trying again', { cause })
      await clock.sleep(READ_AGAIN_MS, this.#stopping.signal).catch(() => undefined)
      this.#add(lane)
      return undefined
    }
  }

  #pause(lane: Lane, { longestMs, over }: Pause): void {
    if (this.#paused.has(lane)) return
    this.#paused.add(lane)
    this.#schedule.remove(lane)
    const times = (this.#pauses.get(lane) ?? 0) + 1
    this.#pauses.set(lane, times)
    void this.#wait(Math.min(backOffMs(times), longestMs), over).then(() => {
      this.#paused.delete(lane)
      this.#schedule.add(lane)
      this.fill()
    })
  }

  async #wait(ms: number, over: Promise<void> | undefined): Promise<void> {
    const isOver = new AbortController()
    const signal = AbortSignal.any([this.#stopping.signal, isOver.signal])
    const slept = this.#options.clock.sleep(ms, signal).catch(() => undefined)
    await (over ? Promise.race([slept, over]) : slept)
    isOver.abort()
  }
}
