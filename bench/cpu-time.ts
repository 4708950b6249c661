import { readFileSync } from 'node:fs'

// Linux counts in hundredths of a second, on every architecture that Node runs on.
const US_PER_TICK = 10_000

/** What a process and its threads have taken of the cores so far, for themselves and in the kernel. */
export function cpuTimeUs(processId: number): number {
  const status = readFileSync(`/proc/${processId}/stat`, 'latin1')
  // The second field is the command's name in parentheses, which may contain anything.
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * US_PER_TICK
}
