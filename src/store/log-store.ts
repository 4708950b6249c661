import type { LogSink } from '#base'
import type { Page } from '#resources'
import type { PageOptions } from './identity-store.ts'

/**
 * Log groups and streams. Appending never waits and never throws; what is not yet on disk is lost in a crash. Reading
 * sees all that was appended before. Names of groups and streams are any text of up to 512 characters.
 */
export interface LogStore {
  /** Nothing exists on disk until the first record. A stream has one writer at a time. */
  openStream(group: string, stream: string): LogStreamSink

  /** In order of name. Throws InvalidCursor. */
  listGroups(options: PageOptions & { readonly prefix?: string | undefined }): Promise<Page<LogGroup>>

  /** Undefined when there is no such group. Throws InvalidCursor. */
  listStreams(group: string, options: ListStreamsOptions): Promise<Page<LogStream> | undefined>

  /** One stream, as GetLogEvents reads it. Undefined when there is no such stream. Throws InvalidCursor. */
  readEvents(group: string, stream: string, options: ReadEventsOptions): Promise<LogEventsPage | undefined>

  /** Many streams merged by time, as FilterLogEvents reads them. Undefined when there is no such group. Throws InvalidCursor. */
  filterEvents(group: string, options: FilterEventsOptions): Promise<FilteredEventsPage | undefined>

  /** False when there was no such group. */
  deleteGroup(group: string): Promise<boolean>
}

export interface LogStreamSink extends LogSink {
  /** Resolves when everything appended is written to the file. Appending afterwards is an error that is ignored. */
  close(): Promise<void>
}

export interface LogGroup {
  readonly name: string
  readonly createdMs: number
  readonly storedBytes: number
}

export interface LogStream {
  readonly name: string
  readonly createdMs: number
  readonly firstEventMs: number
  readonly lastEventMs: number
  readonly lastIngestionMs: number
  readonly storedBytes: number
}

export interface LogEvent {
  /** 56 digits, unique and stable; their order is the order in which `filterEvents` returns events. */
  readonly id: string
  readonly stream: string
  readonly timestampMs: number
  readonly ingestionMs: number
  readonly message: string
}

export interface ListStreamsOptions extends PageOptions {
  readonly prefix?: string | undefined
  readonly orderBy: 'name' | 'lastEventTime'
  readonly descending?: boolean | undefined
}

/** Times are epoch milliseconds: `startMs` inclusive, `endMs` exclusive. */
interface TimeRange {
  readonly startMs?: number | undefined
  readonly endMs?: number | undefined
}

export interface ReadEventsOptions extends TimeRange {
  readonly limit: number
  /** Without a token: begin with the oldest events, or else with the newest. A page is in ascending order either way. */
  readonly fromHead?: boolean | undefined
  readonly token?: string | undefined
}

export interface LogEventsPage {
  readonly events: readonly LogEvent[]
  /** The same token again means: nothing newer so far. */
  readonly nextForwardToken: string
  /** The same token again means: nothing older. */
  readonly nextBackwardToken: string
}

export interface FilterEventsOptions extends TimeRange {
  readonly streams?: readonly string[] | undefined
  readonly prefix?: string | undefined
  readonly limit: number
  readonly token?: string | undefined
  readonly matches?: ((message: string) => boolean) | undefined
}

export interface FilteredEventsPage {
  readonly events: readonly LogEvent[]
  /** Present when there may be more; a page may be empty and still have one. */
  readonly nextToken?: string
}
