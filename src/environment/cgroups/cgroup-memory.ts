import type { CgroupPlace } from './cgroup.ts'
import { keyedNumber, readControl, tryWriteControl } from './cgroup-files.ts'

/** What a group uses, with those below it, without what the kernel merely caches of files. */
export function usedMemoryBytes({ version, directory }: CgroupPlace): number {
  const used = readControl(`${directory}/${version === 2 ? 'memory.current' : 'memory.usage_in_bytes'}`)
  return Math.max(0, Number(used) - cachedBytes(readControl(`${directory}/memory.stat`), version))
}

/** Of a text of `memory.stat`. Memory file systems are cached nowhere else, so they count as used. */
export const cachedBytes = (statistics: string, version: 1 | 2): number =>
  version === 2
    ? keyedNumber(statistics, 'file') - keyedNumber(statistics, 'shmem')
    : keyedNumber(statistics, 'total_cache') - keyedNumber(statistics, 'total_shmem')

/** Infinite where there is none. */
export function memoryLimitBytes(place: CgroupPlace): number {
  const text = readControl(limitFile(place))
  return /^\d+$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY
}

export const limitMemory = (place: CgroupPlace, bytes: number): boolean =>
  tryWriteControl(limitFile(place), String(bytes))

const limitFile = ({ version, directory }: CgroupPlace) =>
  `${directory}/${version === 2 ? 'memory.max' : 'memory.limit_in_bytes'}`
