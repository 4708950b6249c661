import { newUuid } from '#base'

/** The trace header that the function sees: the caller's, or a new root that is not sampled. */
export function traceHeaderFor(given: string | undefined, nowMs: number): string {
  if (given?.includes('Root=')) return given
  const random = `${newUuid()}${newUuid()}`.replaceAll('-', '')
  return `Root=1-${Math.floor(nowMs / 1000).toString(16)}-${random.slice(0, 24)};Parent=${random.slice(24, 40)};Sampled=0`
}
