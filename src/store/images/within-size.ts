import { setTimeout as sleep } from 'node:timers/promises'
import { runTool } from '#base'
import { ImageFault } from '../errors.ts'

/** A directory is measured so often; in between a fast disk takes half a gigabyte. */
const MEASURE_EVERY_MS = 500
/** Measuring many files takes long, and the disk is needed by those who write them. */
const PAUSE_PER_MEASURE = 2
/** Files and directories: several times what the largest images in use have. */
const MOST_FILES = 1_000_000

interface Limits {
  readonly limitBytes: number
  /** After which a directory that does not grow is given up; undefined: it may stay as it is. */
  readonly stallMs?: number
  readonly uri: string
}

/**
 * Ends the work as soon as the directory takes more than it may, or has too many files: neither the size of a layer nor
 * that of a file in it need be what is said of it.
 */
export async function withinSize(
  directory: string,
  limits: Limits,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const { limitBytes, uri } = limits
  const [stop, done] = [new AbortController(), new AbortController()]
  const result = work(stop.signal).finally(() => done.abort())
  void watch(directory, limits, stop, done.signal)
  await result.catch((cause) => {
    throw stop.signal.aborted ? stop.signal.reason : cause
  })
  if (isTooLarge(await measure(directory), limitBytes)) throw new ImageFault('too-large', uri)
}

/** Aborts with the fault. */
async function watch(directory: string, limits: Limits, stop: AbortController, done: AbortSignal): Promise<void> {
  const { limitBytes, stallMs = Number.POSITIVE_INFINITY, uri } = limits
  let tookMs = 0
  let last: Size = { bytes: 0, files: 0 }
  let grownMs = performance.now()
  while (!done.aborted) {
    const pauseMs = Math.max(MEASURE_EVERY_MS, tookMs * PAUSE_PER_MEASURE)
    await sleep(pauseMs, undefined, { signal: done }).catch(() => {})
    if (done.aborted) return
    const startMs = performance.now()
    const size = await measure(directory).catch(() => undefined)
    tookMs = performance.now() - startMs
    if (done.aborted || size === undefined) continue
    if (isTooLarge(size, limitBytes)) return stop.abort(new ImageFault('too-large', uri))
    if (size.bytes !== last.bytes || size.files !== last.files) grownMs = performance.now()
    if (performance.now() - grownMs > stallMs) return stop.abort(new ImageFault('unreachable', uri))
    last = size
  }
}

interface Size {
  readonly bytes: number
  readonly files: number
}

const isTooLarge = ({ bytes, files }: Size, limitBytes: number) => bytes > limitBytes || files > MOST_FILES

/** What a directory takes on disk. */
export const bytesIn = async (directory: string): Promise<number> => (await measure(directory)).bytes

/** What files take on disk, each once. Those that vanish meanwhile are no reason to know nothing of the others. */
async function measure(directory: string): Promise<Size> {
  const script = 'du -s -B1 -- "$0"; du -s --inodes -- "$0"; true'
  const lines = (await runTool('sh', ['-c', script, directory], { timeoutMs: 10 * 60_000 })).split('\n')
  const [bytes = 0, files = 0] = lines.map((line) => Number.parseInt(line, 10) || 0)
  return { bytes, files }
}
