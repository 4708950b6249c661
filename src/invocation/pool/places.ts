import { availableParallelism } from 'node:os'
import type { HostMemory } from '#environment'
import type { EndStart } from './pool-host.ts'

// Each start takes a core for tens of milliseconds; more at a time would only make all of them late.
const MAX_STARTING = 2 * availableParallelism()
// Nobody waits for provisioned ones, while invocations wait for others.
const MAX_STARTING_PROVISIONED = Math.ceil(MAX_STARTING / 2)
/** What starts for longer is in an Init phase that mostly waits, which may take minutes: its turn goes to another. */
const LONGEST_TURN_MS = 2000
/** What an environment takes where nobody counts: an idle interpreter takes less, one that works more. */
const GUESSED_BYTES = 48 * 2 ** 20
/** Of the machine's memory not handed out, so that environments go before the kernel looks for something to kill. */
const MOST_RESERVE_BYTES = 256 * 2 ** 20
const RESERVE_SHARE = 1 / 8
// Each keeps a dozen descriptors of the server open, of which there are a few ten thousand on common systems.
const MOST_ENVIRONMENTS = 2000
// What environments take changes by a part of a start in this time, and it is asked for whenever somebody waits.
const READ_INTERVAL_MS = 20
/** What one may be expected to take at most, of all that there is: it does not take always what it took once. */
const MOST_SHARE = 1 / 2

/** How many environments the host has, and whether there is room for one more in the memory that they share. */
export class Places {
  readonly #memory: HostMemory
  #starting = 0
  #startingProvisioned = 0
  /** What those that start will take. */
  #startingBytes = 0
  #alive = 0
  /** Environments that are being ended still take what they took. */
  #ending = 0
  #readMs = Number.NEGATIVE_INFINITY
  #freeBytes = 0
  #usedBytes = 0
  #isCounted = true

  constructor(memory: HostMemory) {
    this.#memory = memory
  }

  hasStartsLeft(isProvisioned = false): boolean {
    if (isProvisioned && this.#startingProvisioned >= MAX_STARTING_PROVISIONED) return false
    return this.#starting < MAX_STARTING
  }

  /** How many are on their way and keep a processor busy. */
  get starting(): number {
    return this.#starting
  }

  get isEmpty(): boolean {
    return this.#alive === 0
  }

  /** A place for an environment that will probably take so much; undefined when there is none now. */
  take(memoryMb: number, isProvisioned = false): EndStart | undefined {
    if (!this.hasStartsLeft(isProvisioned)) return undefined
    const bytes = this.#bytesOf(memoryMb)
    if (this.#lacksBytes(bytes) > 0) return undefined
    const endTurn = this.#beginTurn(isProvisioned)
    this.#startingBytes += bytes
    this.#alive++
    return (isAlive) => {
      endTurn()
      this.#startingBytes -= bytes
      if (!isAlive) this.#alive--
    }
  }

  /** What others have to leave for it, beyond those that are going. */
  shortageBytes(memoryMb: number): number {
    return this.#lacksBytes(this.#bytesOf(memoryMb)) - this.#ending * this.#meanBytes
  }

  /** What so many leave when they go, of a function of which one has taken so much; 0 when nobody knows how much. */
  bytesLeftBy(environments: number, peakMb: number): number {
    return environments * (this.#isCounted && peakMb > 0 ? peakMb * 2 ** 20 : this.#meanBytes)
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

  #beginTurn(isProvisioned: boolean): () => void {
    this.#starting++
    if (isProvisioned) this.#startingProvisioned++
    let isOver = false
    const end = () => {
      clearTimeout(timer)
      if (isOver) return
      isOver = true
      this.#starting--
      if (isProvisioned) this.#startingProvisioned--
    }
    const timer = setTimeout(end, LONGEST_TURN_MS).unref()
    return end
  }

  /** Whoever is alone gets what he wants: what it does to the machine is for the kernel's limits to say. */
  #lacksBytes(bytes: number): number {
    this.#read()
    const environments = this.#alive + this.#ending
    if (environments === 0) return 0
    // Whoever goes leaves enough.
    if (environments >= MOST_ENVIRONMENTS) return 1
    return this.#startingBytes + bytes - this.#freeBytes
  }

  /** Where nobody counts, one more is expected to take what those that there are count as. */
  #bytesOf(memoryMb: number): number {
    this.#read()
    return Math.min(memoryMb * 2 ** 20, this.#isCounted ? this.#memory.budgetBytes * MOST_SHARE : GUESSED_BYTES)
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
    const used = usedBytes()
    this.#isCounted = used !== undefined
    this.#usedBytes = used ?? (this.#alive + this.#ending) * GUESSED_BYTES
    const reserve = Math.min(MOST_RESERVE_BYTES, budgetBytes * RESERVE_SHARE)
    this.#freeBytes = Math.min(budgetBytes - this.#usedBytes, availableBytes() - reserve)
  }
}
