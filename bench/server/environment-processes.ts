import { readFileSync } from 'node:fs'
import { cpuTimeUs } from '../cpu-time.ts'
import type { LambentServer } from './lambent-server.ts'

/** The processes of all environments of a server: everything below it that it has started. */
export function environmentProcesses({ processId }: LambentServer): readonly number[] {
  const below = childrenOf(processId)
  return below.flatMap((child) => [child, ...descendantsOf(child)])
}

/** Of memory that is shared, each process has its part. */
export const proportionalKib = (processIds: readonly number[]): number =>
  processIds.reduce((sum, id) => sum + Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${id}/smaps_rollup`))?.[1] ?? 0), 0)

export const totalCpuUs = (processIds: readonly number[]): number =>
  processIds.reduce((sum, id) => sum + cpuTimeUs(id), 0)

const descendantsOf = (id: number): readonly number[] =>
  childrenOf(id).flatMap((child) => [child, ...descendantsOf(child)])

/** Any of its threads may have started them. */
function childrenOf(id: number): readonly number[] {
  return read(`/proc/${id}/task/${id}/children`).split(' ').filter(Boolean).map(Number)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    // It has ended meanwhile.
    return ''
  }
}
