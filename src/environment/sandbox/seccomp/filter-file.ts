import { closeSync, openSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { compileFilter } from './filter.ts'

/** The filter of system calls, compiled once and read anew by each sandbox. */
export interface FilterFile {
  /** Calls back with a descriptor that stands at its beginning, for a process that is started meanwhile. */
  lend<Result>(start: (descriptor: number) => Result): Result
}

/** Undefined where there is no filter for this processor. */
export async function writeFilter(directory: string, processor: string): Promise<FilterFile | undefined> {
  const program = compileFilter(processor)
  if (program === undefined) return undefined
  await mkdir(directory, { recursive: true })
  const path = `${directory}/system-calls.filter`
  await writeFile(path, program, { mode: 0o600 })
  return {
    lend(start) {
      // Each has its own: reading to the end would leave nothing to whoever shares it.
      const descriptor = openSync(path, 'r')
      try {
        return start(descriptor)
      } finally {
        closeSync(descriptor)
      }
    },
  }
}
