/** `python:3.12.v1`: AWS numbers its builds; ours is the only one. */
export const runtimeVersionName = (runtime: string): string =>
  `${runtime.replace(/^([a-z]+)\.?(.*?)(\.x)?$/, '$1:$2')}.v1`

/** From August 2025 on AWS bills the Init phase as well. */
export const billedMs = (durationMs: number, initMs = 0): number => Math.ceil(durationMs + initMs)
