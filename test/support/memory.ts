import { readFileSync } from 'node:fs'

/** The most memory that a process has ever had, in MB. */
export function peakMemoryMb(processId: number | undefined): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${processId}/status`, 'utf8')) ?? []
  return Math.round(Number(kilobytes) / 1024)
}
