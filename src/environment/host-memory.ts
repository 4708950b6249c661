import { readFileSync } from 'node:fs'
import { freemem, totalmem } from 'node:os'
import { limitMemory, memoryLimitBytes, usedMemoryBytes } from './cgroups/cgroup-memory.ts'
import type { CgroupTree } from './cgroups/cgroup-tree.ts'

/** The memory that all environments of a host share. */
export interface HostMemory {
  /** So much they may take together: beyond it none is started, and idle ones go. */
  readonly budgetBytes: number
  /** So much they take now; undefined where nobody counts. */
  usedBytes(): number | undefined
  /** So much the machine, or the container that the server runs in, could give without anybody's loss. */
  availableBytes(): number
}

/** What is left is for the server, for what the kernel caches of files, and for whatever else runs here. */
const DEFAULT_SHARE = 0.75
/** Busy ones may grow beyond it by so much; then the kernel ends one of them, and not the server or the machine. */
const HARD_LIMIT = 1.25

export function openHostMemory({ places, above }: CgroupTree, budgetMb: number | undefined): HostMemory {
  const limited = above.filter((group) => memoryLimitBytes(group) < totalmem())
  const totalBytes = Math.min(totalmem(), ...limited.map(memoryLimitBytes))
  const budgetBytes = budgetMb === undefined ? Math.floor(totalBytes * DEFAULT_SHARE) : budgetMb * 2 ** 20
  const { memory } = places
  if (memory !== undefined) limitMemory(memory, Math.floor(budgetBytes * HARD_LIMIT))
  return {
    budgetBytes,
    usedBytes: () => memory && usedMemoryBytes(memory),
    availableBytes: () =>
      Math.min(machineBytes(), ...limited.map((group) => memoryLimitBytes(group) - usedMemoryBytes(group))),
  }
}

/** For the operator. */
export const describeMemory = ({ budgetBytes, usedBytes }: HostMemory): string =>
  `at most ${Math.floor(budgetBytes / 2 ** 20)} MB${usedBytes() === undefined ? ', counted as 48 MB each (no writable cgroup)' : ''}`

function machineBytes(): number {
  try {
    return availableIn(readFileSync('/proc/meminfo', 'latin1'))
  } catch {
    // There is no such file on other systems.
    return freemem()
  }
}

/** Of a text of `/proc/meminfo`: free memory, and what the kernel would give back at once. */
export const availableIn = (text: string): number => Number(/^MemAvailable: +(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024
