import type { Clock } from '#base'

export interface ManualClock extends Clock {
  /** It is now this time: whoever has slept until then wakes up. */
  set(ms: number): void
}

/** A clock that stands still until it is told the time. */
export function manualClock(startMs: number): ManualClock {
  let nowMs = startMs
  const sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>()
  return {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const sleeper = {
          untilMs: nowMs + ms,
          wake: () => {
            sleepers.delete(sleeper)
            resolve()
          },
        }
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper)
          reject(signal.reason)
        })
        sleepers.add(sleeper)
        if (ms <= 0) sleeper.wake()
      }),
    set(ms) {
      nowMs = ms
      for (const { untilMs, wake } of [...sleepers]) if (untilMs <= ms) wake()
    },
  }
}
