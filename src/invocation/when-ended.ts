import type { InvocationResult } from '#environment'

/** Calls back when the function has ended, which with a stream is later than its result is there. */
export function whenEnded(result: Promise<InvocationResult>, end: () => void): void {
  result.then(({ stream }) => {
    if (stream === undefined) end()
    else stream.end.then(end, end)
  }, end)
}
