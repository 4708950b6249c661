import { mkdir } from 'node:fs/promises'
import type { Clock, Log } from '#base'
import type { Page } from '#resources'
import { decodeCursor, pageOf } from '../cursor.ts'
import type { PageOptions } from '../identity-store.ts'
import type {
  FilterEventsOptions,
  FilteredEventsPage,
  ListStreamsOptions,
  LogEventsPage,
  LogGroup,
  LogStore,
  LogStream,
  LogStreamSink,
  ReadEventsOptions,
} from '../log-store.ts'
import { filterEvents } from './filter-events.ts'
import { listStreams } from './list-streams.ts'
import { loadIndex } from './load-index.ts'
import { LogIndex } from './log-index.ts'
import type { LogLimits } from './log-limits.ts'
import { LogWriter } from './log-writer.ts'
import { readEvents } from './read-events.ts'
import { StreamBuffer } from './stream-buffer.ts'

/** What earlier processes left is looked through behind the scenes: only reading waits for it. */
export async function openLogStore(root: string, clock: Clock, log: Log, limits: LogLimits): Promise<LogFiles> {
  await mkdir(root, { recursive: true, mode: 0o700 })
  const index = new LogIndex(root)
  const loaded = loadIndex(index, root, log)
  return new LogFiles(index, new LogWriter(index, loaded, limits, clock, log), limits, clock)
}

export class LogFiles implements LogStore {
  readonly #index: LogIndex
  readonly #writer: LogWriter
  readonly #limits: LogLimits
  readonly #clock: Clock
  readonly #pending = { characters: 0 }

  constructor(index: LogIndex, writer: LogWriter, limits: LogLimits, clock: Clock) {
    this.#index = index
    this.#writer = writer
    this.#limits = limits
    this.#clock = clock
  }

  openStream(group: string, stream: string): LogStreamSink {
    const buffer = new StreamBuffer(group, stream, this.#clock, this.#limits, this.#pending)
    let isOpen = true
    return {
      append: (timestampMs, message) => {
        if (!isOpen) return
        buffer.append(timestampMs, message)
        this.#writer.schedule(buffer)
      },
      close: () => {
        isOpen = false
        return this.#writer.flush()
      },
    }
  }

  async listGroups({
    prefix = '',
    limit,
    after,
  }: PageOptions & { prefix?: string | undefined }): Promise<Page<LogGroup>> {
    await this.#writer.flush()
    const from = after === undefined ? '' : decodeCursor(after, [''] as readonly [string])[0]
    const groups = [...this.#index.groups.values()]
      .filter(({ name }) => name.startsWith(prefix) && name > from)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, createdMs, bytes }) => ({ name, createdMs, storedBytes: bytes }))
    return pageOf(groups, limit, ({ name }) => [name])
  }

  async listStreams(group: string, options: ListStreamsOptions): Promise<Page<LogStream> | undefined> {
    await this.#writer.flush()
    const found = this.#index.groups.get(group)
    return found && listStreams(found, options)
  }

  async readEvents(group: string, stream: string, options: ReadEventsOptions): Promise<LogEventsPage | undefined> {
    await this.#writer.flush()
    const found = this.#index.groups.get(group)?.streams.get(stream)
    return found && readEvents(found, options)
  }

  async filterEvents(group: string, options: FilterEventsOptions): Promise<FilteredEventsPage | undefined> {
    await this.#writer.flush()
    const found = this.#index.groups.get(group)
    return found && filterEvents(found, options)
  }

  deleteGroup(group: string): Promise<boolean> {
    return this.#writer.removeGroup(group)
  }

  close(): Promise<void> {
    return this.#writer.flush()
  }
}
