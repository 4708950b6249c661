import type { StreamFiles } from './log-index.ts'
import type { LogRecord } from './log-line.ts'
import { readForward } from './read-records.ts'

/** The records of many streams from a time on, in the order of their event ids: time, stream, place. */
export async function* mergeRecords(
  streams: readonly StreamFiles[],
  startMs: number,
): AsyncGenerator<{ readonly stream: StreamFiles; readonly record: LogRecord }> {
  // A stream is opened when the merge has reached its first record: of thousands, few overlap in time.
  const unopened = streams.filter((stream) => lastMsOf(stream) >= startMs).sort((a, b) => firstMsOf(b) - firstMsOf(a))
  const opened: Cursor[] = []
  for (;;) {
    for (let next = unopened.at(-1); next && isReached(next, opened.at(-1)); next = unopened.at(-1)) {
      unopened.pop()
      await advance({ stream: next, portions: readForward(next, 0, startMs), records: [], at: 0 }, opened)
    }
    const cursor = opened.pop()
    const record = cursor?.records[cursor.at]
    if (!cursor || !record) return
    yield { stream: cursor.stream, record }
    cursor.at++
    await advance(cursor, opened)
  }
}

interface Cursor {
  readonly stream: StreamFiles
  readonly portions: AsyncGenerator<readonly LogRecord[]>
  records: readonly LogRecord[]
  at: number
}

const firstMsOf = ({ segments }: StreamFiles): number => segments[0]?.firstMs ?? Number.POSITIVE_INFINITY
const lastMsOf = ({ segments }: StreamFiles): number => segments.at(-1)?.lastMs ?? Number.NEGATIVE_INFINITY

const isReached = (stream: StreamFiles, earliest: Cursor | undefined): boolean =>
  earliest === undefined || firstMsOf(stream) <= (earliest.records[earliest.at]?.timestampMs ?? 0)

/** Puts the cursor, at its next record, in its place among the others, the earliest last; leaves it out at its end. */
async function advance(cursor: Cursor, opened: Cursor[]): Promise<void> {
  while (cursor.at >= cursor.records.length) {
    const portion = await cursor.portions.next()
    if (portion.done) return
    cursor.records = portion.value
    cursor.at = 0
  }
  let low = 0
  for (let high = opened.length; low < high; ) {
    const middle = (low + high) >>> 1
    const other = opened[middle]
    if (other && isLater(other, cursor)) low = middle + 1
    else high = middle
  }
  opened.splice(low, 0, cursor)
}

function isLater(a: Cursor, b: Cursor): boolean {
  const [timeA = 0, timeB = 0] = [a.records[a.at]?.timestampMs, b.records[b.at]?.timestampMs]
  return timeA === timeB ? a.stream.idDigits > b.stream.idDigits : timeA > timeB
}
