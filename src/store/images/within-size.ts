import { setTimeout as sleep } from 'node:timers/promises'
import { runTool } from '#base'
import { ImageFault } from '../errors.ts'

/** A directory is measured so often; in between a fast disk takes half a gigabyte. */
const MEASURE_EVERY_MS = 500

/**
 * Ends the work as soon as the directory takes more than it may: neither the size of a layer nor that of a file in it
 * need be what is said of it.
 */
export async function withinSize(
  directory: string,
  limitBytes: number,
  uri: string,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const [tooLarge, done] = [new AbortController(), new AbortController()]
  const result = work(tooLarge.signal).finally(() => done.abort())
  void watch(directory, limitBytes, tooLarge, done.signal)
  await result.catch((cause) => {
    throw tooLarge.signal.aborted ? new ImageFault('too-large', uri) : cause
  })
  if ((await bytesBelow(directory)) > limitBytes) throw new ImageFault('too-large', uri)
}

async function watch(directory: string, limitBytes: number, tooLarge: AbortController, done: AbortSignal) {
  while (!done.aborted) {
    await sleep(MEASURE_EVERY_MS, undefined, { signal: done }).catch(() => {})
    const bytes = await bytesBelow(directory).catch(() => 0)
    if (!done.aborted && bytes > limitBytes) return tooLarge.abort()
  }
}

/** What files take on disk, each once. Those that vanish meanwhile are no reason to know nothing of the others. */
async function bytesBelow(directory: string): Promise<number> {
  const output = await runTool('sh', ['-c', 'du -s -B1 -- "$0" || true', directory], { timeoutMs: 10 * 60_000 })
  return Number.parseInt(output, 10) || 0
}
