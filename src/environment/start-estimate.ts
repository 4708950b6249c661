/** How long a start takes here, learnt from the last ones: an exponentially weighted mean per runtime. */
export interface StartEstimate {
  observe(runtime: string, startMs: number): void
  estimateMs(runtime: string): number
}

/** A guess for a common machine, until there is something to learn from. */
const INITIAL_MS = 150
const WEIGHT = 0.3

export function createStartEstimate(): StartEstimate {
  const means = new Map<string, number>()
  const estimateMs = (runtime: string) => means.get(runtime) ?? INITIAL_MS
  return {
    estimateMs,
    observe: (runtime, startMs) => void means.set(runtime, estimateMs(runtime) * (1 - WEIGHT) + startMs * WEIGHT),
  }
}
