import { readFileSync } from 'node:fs'
import type { LambentServer } from './lambent-server.ts'

/** What the server's process has in memory. */
export function residentKib({ processId }: LambentServer): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${processId}/status`, 'utf8'))?.[1])
}
