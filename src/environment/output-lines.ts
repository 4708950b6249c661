import type { Readable } from 'node:stream'

/** A log event of CloudWatch has at most this many bytes; a longer line becomes several records. */
export const MOST_RECORD_BYTES = 256 * 1024
const LINE_FEED = 10

/** Every line feed of the stream ends a record. Never keeps more than one record in memory. */
export function readLines(stream: Readable, emit: (line: string) => void): { flush(): void } {
  let rest: Buffer[] = []
  let restBytes = 0

  function flush(): void {
    if (restBytes === 0) return
    const line = Buffer.concat(rest, restBytes).toString('utf8')
    rest = []
    restBytes = 0
    emit(line)
  }

  function keep(part: Buffer): void {
    let start = 0
    while (restBytes + part.length - start > MOST_RECORD_BYTES) {
      const end = start + MOST_RECORD_BYTES - restBytes
      rest.push(part.subarray(start, end))
      restBytes = MOST_RECORD_BYTES
      start = end
      flush()
    }
    if (start === part.length) return
    // Copied, so that a short unfinished line does not hold on to the whole chunk it came in.
    rest.push(Buffer.from(part.subarray(start)))
    restBytes += part.length - start
  }

  stream.on('data', (chunk: Buffer) => {
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      if (restBytes === 0 && end - start <= MOST_RECORD_BYTES) emit(chunk.toString('utf8', start, end))
      else {
        keep(chunk.subarray(start, end))
        flush()
      }
      start = end + 1
    }
    if (start < chunk.length) keep(chunk.subarray(start))
  })
  return { flush }
}
