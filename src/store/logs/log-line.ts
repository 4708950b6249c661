// CloudWatch Logs' limit for one event.
const MAXIMUM_MESSAGE_BYTES = 256 * 1024
const MAXIMUM_BYTES_PER_CHARACTER = 3

/** One record in a stream. Offsets count the bytes of the stream's files from its beginning, removed ones included. */
export interface LogRecord {
  readonly offset: number
  readonly endOffset: number
  readonly timestampMs: number
  readonly ingestionMs: number
  readonly message: string
}

/** The first line of every file says whose it is, so that files need no register. */
export interface SegmentHeader {
  readonly group: string
  readonly groupCreatedMs: number
  readonly stream: string
  readonly streamCreatedMs: number
}

export const encodeHeader = (header: SegmentHeader): string => `${JSON.stringify(header)}\n`

export const encodeRecord = (timestampMs: number, ingestionMs: number, message: string): string =>
  `[${timestampMs},${ingestionMs},${JSON.stringify(cut(message))}]\n`

function cut(message: string): string {
  if (message.length * MAXIMUM_BYTES_PER_CHARACTER <= MAXIMUM_MESSAGE_BYTES) return message
  const bytes = Buffer.from(message)
  return bytes.length <= MAXIMUM_MESSAGE_BYTES ? message : bytes.toString('utf8', 0, MAXIMUM_MESSAGE_BYTES)
}

const LINE_FEED = 0x0a
const RECORD_START = 0x5b
const COMMA = 0x2c
const ZERO = 0x30

/** The records of whole lines, from `startMs` on. A line that is damaged, or no record, is passed over. */
export function decodeRecords(lines: Buffer, offset: number, startMs: number): LogRecord[] {
  const records: LogRecord[] = []
  for (let start = 0; start < lines.length; ) {
    const end = endOfLine(lines, start)
    // The time is read without parsing the rest: most of a long stream is often before `startMs`.
    if (lines[start] === RECORD_START && timestampAt(lines, start) >= startMs) {
      const parts = parse(lines.toString('utf8', start, end))
      if (parts) records.push({ offset: offset + start, endOffset: offset + end, ...parts })
    }
    start = end
  }
  return records
}

export function timestampAt(lines: Buffer, start: number): number {
  let value = 0
  for (let i = start + 1; i < lines.length && lines[i] !== COMMA; i++) value = value * 10 + ((lines[i] ?? ZERO) - ZERO)
  return value
}

/** Behind the line feed. */
export function endOfLine(lines: Buffer, start: number): number {
  const at = lines.indexOf(LINE_FEED, start)
  return at < 0 ? lines.length : at + 1
}

function parse(line: string): Pick<LogRecord, 'timestampMs' | 'ingestionMs' | 'message'> | undefined {
  try {
    const [timestampMs, ingestionMs, message] = JSON.parse(line) as [number, number, string]
    return { timestampMs, ingestionMs, message }
  } catch {
    return undefined
  }
}
