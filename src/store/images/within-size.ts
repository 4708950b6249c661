import { setTimeout as sleep } from 'node:timers/promises'
import { runTool } from '#base'
import { ImageFault } from '../errors.ts'

/** A directory is measured so often; in between a fast disk takes half a gigabyte. */
const MEASURE_EVERY_MS = 500
/** Measuring many files takes long, and the disk is needed by those who write them. */
const PAUSE_PER_MEASURE = 2
/** Files and directories: several times what the largest images in use have. */
const MOST_FILES = 1_000_000

/**
 * Ends the work as soon as the directory takes more than it may, or has too many files: neither the size of a layer nor that of a file in it
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
  if (isTooLarge(await measure(directory), limitBytes)) throw new ImageFault('too-large', uri)
}

async function watch(directory: string, limitBytes: number, tooLarge: AbortController, done: AbortSignal) {
  let tookMs = 0
  while (!done.aborted) {
    const pauseMs = Math.max(MEASURE_EVERY_MS, tookMs * PAUSE_PER_MEASURE)
    await sleep(pauseMs, undefined, { signal: done }).catch(() => {})
    if (done.aborted) return
    const startMs = performance.now()
    const size = await measure(directory).catch(() => undefined)
    tookMs = performance.now() - startMs
    if (!done.aborted && size !== undefined && isTooLarge(size, limitBytes)) return tooLarge.abort()
  }
}

interface Size {
  readonly bytes: number
  readonly files: number
}

const isTooLarge = ({ bytes, files }: Size, limitBytes: number) => bytes > limitBytes || files > MOST_FILES

/** What files take on disk, each once. Those that vanish meanwhile are no reason to know nothing of the others. */
async function measure(directory: string): Promise<Size> {
  const script = 'du -s -B1 -- "$0"; du -s --inodes -- "$0"; true'
  const lines = (await runTool('sh', ['-c', script, directory], { timeoutMs: 10 * 60_000 })).split('\n')
  const [bytes = 0, files = 0] = lines.map((line) => Number.parseInt(line, 10) || 0)
  return { bytes, files }
}
