/** How long a start takes here, learnt from the last ones: an exponentially weighted mean per runtime and way. */
export interface StartEstimate {
  observe(runtime: string, way: StartWay, startMs: number): void
  estimateMs(runtime: string, way: StartWay): number
}

/** From nothing, or in a sandbox that was prepared. */
export type StartWay = 'ordinary' | 'prepared'

/** Guesses for a common machine, until there is something to learn from. */
const INITIAL_MS = { ordinary: 150, prepared: 10 }
const WEIGHT = 0.3

export function createStartEstimate(): StartEstimate {
  const means = { ordinary: new Map<string, number>(), prepared: new Map<string, number>() }
  const estimateMs = (runtime: string, way: StartWay) => means[way].get(runtime) ?? INITIAL_MS[way]
  return {
    estimateMs,
    observe(runtime, way, startMs) {
      means[way].set(runtime, estimateMs(runtime, way) * (1 - WEIGHT) + startMs * WEIGHT)
    },
  }
}
