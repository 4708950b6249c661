import { appendFile, mkdir, rm } from 'node:fs/promises'
import type { Clock, Log } from '#base'
import type { GroupFiles, LogIndex, Segment, StreamFiles } from './log-index.ts'
import type { LogLimits } from './log-limits.ts'
import { encodeHeader } from './log-line.ts'
import { removeOldest } from './retention.ts'
import type { Batch, StreamBuffer } from './stream-buffer.ts'

// Records wait this long for company, or until a stream has so much.
const DELAY_MS = 50
const FULL_BATCH_CHARACTERS = 64 * 1024
// Files written at the same time: half of the threads that Node has for file work.
const PARALLEL_WRITES = 2
const WARNING_INTERVAL_MS = 60_000

/** The only one that changes files: writing and removing go one after the other. */
export class LogWriter {
  readonly #index: LogIndex
  readonly #limits: LogLimits
  readonly #clock: Clock
  readonly #log: Log
  readonly #dirty = new Set<StreamBuffer>()
  /** The segment that each stream is appended to; files of an earlier process are left as they are. */
  readonly #current = new WeakMap<StreamFiles, string>()
  #timer: NodeJS.Timeout | undefined
  /** A flush was begun before its time because a stream has much to write. */
  #isHurrying = false
  #last: Promise<unknown>
  #warnedMs = Number.NEGATIVE_INFINITY

  /** Nothing is written before the index is loaded. */
  constructor(index: LogIndex, loaded: Promise<void>, limits: LogLimits, clock: Clock, log: Log) {
    this.#index = index
    this.#last = loaded
    this.#limits = limits
    this.#clock = clock
    this.#log = log
  }

  /** The buffer has something to write, soon. */
  schedule(buffer: StreamBuffer): void {
    this.#dirty.add(buffer)
    this.#timer ??= setTimeout(() => this.flush(), DELAY_MS)
    if (buffer.characters < FULL_BATCH_CHARACTERS || this.#isHurrying) return
    this.#isHurrying = true
    this.flush()
  }

  /** Resolves when all that was appended before is in its files. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    return this.#takeTurn(() => this.#writeDirty())
  }

  removeGroup(name: string): Promise<boolean> {
    return this.#takeTurn(async () => {
      await this.#writeDirty()
      const group = this.#index.groups.get(name)
      if (!group) return false
      this.#index.removeGroup(group)
      await rm(group.directory, { recursive: true, force: true })
      return true
    })
  }

  #takeTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => {})
    return result
  }

  /** What is appended meanwhile waits for the next turn, or nobody's turn would ever end. */
  async #writeDirty(): Promise<void> {
    const buffers = [...this.#dirty].values()
    this.#dirty.clear()
    await Promise.all(Array.from({ length: PARALLEL_WRITES }, () => this.#writeEach(buffers)))
    await removeOldest(this.#index, this.#limits).catch((error) => this.#warn('Old logs could not be removed.', error))
    this.#isHurrying = false
  }

  /** Several of these share one iterator, so each buffer is taken once. */
  async #writeEach(buffers: Iterable<StreamBuffer>): Promise<void> {
    for (const buffer of buffers) {
      const batch = buffer.take()
      const group = this.#index.group(buffer.group, batch.ingestionMs)
      const stream = this.#index.stream(group, buffer.stream, batch.ingestionMs)
      try {
        await this.#write(group, stream, batch)
      } catch (error) {
        buffer.noteLost(batch.lines.length)
        this.#warn('Log records could not be written and are lost.', error)
      }
    }
  }

  async #write(group: GroupFiles, stream: StreamFiles, { lines, firstMs, lastMs, ingestionMs }: Batch): Promise<void> {
    const last = stream.segments.at(-1)
    const continues = last && last.path === this.#current.get(stream) && last.size < this.#limits.maximumSegmentBytes
    const segment: Segment = continues
      ? last
      : {
          path: this.#index.segmentPath(group, stream, stream.endOffset),
          base: stream.endOffset,
          size: 0,
          firstMs,
          lastMs,
        }
    const data = Buffer.from((continues ? '' : encodeHeader(stream.header)) + lines.join(''))
    // Should the write fail half-way, the next one begins a file behind all that may have been written.
    stream.endOffset += data.length
    this.#current.delete(stream)
    if (!continues) await mkdir(group.directory, { recursive: true, mode: 0o700 })
    await appendFile(segment.path, data, { mode: 0o600 })
    this.#current.set(stream, segment.path)
    stream.lastIngestionMs = ingestionMs
    this.#index.setLastSegment(group, stream, { ...segment, size: segment.size + data.length, lastMs })
  }

  #warn(message: string, error: unknown): void {
    const now = this.#clock.now()
    if (now - this.#warnedMs < WARNING_INTERVAL_MS) return
    this.#warnedMs = now
    this.#log.warn(message, { error })
  }
}
