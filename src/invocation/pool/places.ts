import { availableParallelism } from 'node:os'
import type { HostMemory } from '#environment'
import type { EndStart } from './pool.ts'

// Each start takes a core for tens of milliseconds; more at a time would only make all of them late.
const MAX_STARTING = 2 * availableParallelism()
/** What an environment takes where nobody counts: an idle interpreter takes less, one that works more. */
const GUESSED_BYTES = 48 * 2 ** 20
/** Of the machine's memory not handed out, so that environments go before the kernel looks for something to kill. */
const MOST_RESERVE_BYTES = 256 * 2 ** 20
const RESERVE_SHARE = 1 / 8
// Each keeps a dozen descriptors of the server open, of which there are a few ten thousand on common systems.
const MOST_ENVIRONMENTS = 2000
// What environments take changes by a part of a start in this time, and it is asked for whenever somebody waits.
const READ_INTERVAL_MS = 20

/** What one of an unknown function may be expected to take at most, of all that there is: it rarely takes its MemorySize. */
const UNKNOWN_SHARE = 1 / 2

/** How many environments the host has, and whether there is room for one more in the memory that they share. */
export class Places {
  readonly #memory: HostMemory
  #starting = 0
  /** What those that start will take. */
  #startingBytes = 0
  #alive = 0
  /** Environments that are being ended still take what they took. */
  #ending = 0
  #isFull = false
  #readMs = Number.NEGATIVE_INFINITY
  #freeBytes = 0
  #usedBytes = 0

  constructor(memory: HostMemory) {
    this.#memory = memory
  }

  get hasStartsLeft(): boolean {
    return this.#starting < MAX_STARTING
  }

  /** There was no room when it was needed last. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** How many are on their way. */
  get starting(): number {
    return this.#starting
  }

  get isEmpty(): boolean {
    return this.#alive === 0
  }

  /** A place for an environment that will probably take so much; undefined when there is none now. */
  take(memoryMb: number): EndStart | undefined {
    if (!this.hasStartsLeft) return undefined
    const bytes = this.#bytesOf(memoryMb)
    this.#isFull = this.#lacksBytes(bytes) > 0
    if (this.#isFull) return undefined
    this.#starting++
    this.#startingBytes += bytes
    this.#alive++
    return (isAlive) => {
      this.#starting--
      this.#startingBytes -= bytes
      if (!isAlive) this.#alive--
    }
  }

  /** Whether somebody has to go for it, beyond those that are going. */
  isShortFor(memoryMb: number): boolean {
    return this.#isFull && this.#lacksBytes(this.#bytesOf(memoryMb)) > this.#ending * this.#meanBytes
  }

  /** How many environments should go, because all of them take more than they may, or the machine has no more. */
  surplus(): number {
    this.#read()
    return Math.max(0, Math.ceil(-this.#freeBytes / this.#meanBytes) - this.#ending)
  }

  /** What is kept for good may take half, so that it leaves room for the others. */
  mayKeep(environments: number): boolean {
    this.#read()
    return (environments + 1) * this.#meanBytes <= this.#memory.budgetBytes / 2
  }

  end(gone: Promise<void>): void {
    this.#alive--
    this.#ending++
    const leave = () => void this.#ending--
    gone.then(leave, leave)
  }

  /** Whoever is alone gets what he wants: what it does to the machine is for the kernel's limits to say. */
  #lacksBytes(bytes: number): number {
    this.#read()
    const environments = this.#alive + this.#ending
    if (environments === 0) return 0
    return environments >= MOST_ENVIRONMENTS ? this.#meanBytes : this.#startingBytes + bytes - this.#freeBytes
  }

  #bytesOf(memoryMb: number): number {
    return Math.min(memoryMb * 2 ** 20, this.#memory.budgetBytes * UNKNOWN_SHARE)
  }

  get #meanBytes(): number {
    const environments = this.#alive + this.#ending
    return this.#usedBytes > 0 && environments > 0 ? this.#usedBytes / environments : GUESSED_BYTES
  }

  #read(): void {
    const nowMs = performance.now()
    if (nowMs - this.#readMs < READ_INTERVAL_MS) return
    this.#readMs = nowMs
    const { budgetBytes, usedBytes, availableBytes } = this.#memory
    this.#usedBytes = usedBytes() ?? (this.#alive + this.#ending) * GUESSED_BYTES
    const reserve = Math.min(MOST_RESERVE_BYTES, budgetBytes * RESERVE_SHARE)
    this.#freeBytes = Math.min(budgetBytes - this.#usedBytes, availableBytes() - reserve)
  }
}
