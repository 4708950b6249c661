import { readdirSync, readFileSync } from 'node:fs'

/** Process ids of those that have the text in their environment. */
export function processesWith(marker: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((processId) => {
      try {
        return readFileSync(`/proc/${processId}/environ`, 'latin1').includes(marker)
      } catch {
        // It has gone, or is another user's.
        return false
      }
    })
}
