import type { CgroupLimits } from '../../cgroups/cgroup.ts'
import type { CgroupTree } from '../../cgroups/cgroup-tree.ts'
import type { EphemeralStorage } from '../ephemeral-storage.ts'
import { countsProcessesByUser, MOST_PROCESSES, MOST_PROCESSES_OF_USER } from '../resource-limits.ts'
import type { SandboxSpec } from '../sandbox.ts'
import type { FilterFile } from '../seccomp/filter-file.ts'
import type { UserRange } from '../user-range.ts'

/** 1 virtual CPU belongs to this much memory. */
const MEMORY_MB_PER_CPU = 1769
/** As on AWS, whose functions start with more processor than their memory buys. */
const BOOST_CPUS = 1
/** Our runtime client and its interpreter are part of the process here, where AWS counts them less. */
const HEADROOM_MB = 32

/** Of an environment's control group. */
export function limitsOf(
  { memoryMb, vcpus, ephemeralStorageMb }: Pick<SandboxSpec, 'memoryMb' | 'vcpus' | 'ephemeralStorageMb'>,
  isTemporaryOnDisk: boolean,
): CgroupLimits {
  // What lies in a memory file system counts as the group's memory.
  const temporaryMb = isTemporaryOnDisk ? 0 : ephemeralStorageMb
  return {
    memoryBytes: (memoryMb + HEADROOM_MB + temporaryMb) * 1024 * 1024,
    processes: MOST_PROCESSES,
    cpus: vcpus ?? memoryMb / MEMORY_MB_PER_CPU,
  }
}

/** While it starts. */
export const boosted = (limits: CgroupLimits): CgroupLimits => ({ ...limits, cpus: Math.max(BOOST_CPUS, limits.cpus) })

interface Means {
  readonly cgroups: CgroupTree
  readonly storage: EphemeralStorage | undefined
  readonly users: UserRange | undefined
  readonly filter: FilterFile | undefined
  readonly network: 'host' | 'none'
}

/** Sentences for the operator: what holds on this machine, and what does not. */
export function describeLimits({ cgroups: { places }, storage, users, filter, network }: Means): string[] {
  const memory = places.memory
    ? `memory: limited to MemorySize plus ${HEADROOM_MB} MB (cgroup v${places.memory.version})`
    : 'memory: NOT limited (no writable cgroup)'
  const pids = places.pids
    ? `processes: at most ${MOST_PROCESSES} (cgroup v${places.pids.version})`
    : countsProcessesByUser()
      ? `processes: at most ${MOST_PROCESSES_OF_USER} (rlimit)`
      : 'processes: NOT limited (no writable cgroup)'
  const cpu = places.cpu
    ? `cpu: shared in proportion to MemorySize (cgroup v${places.cpu.version})`
    : 'cpu: NOT shared by MemorySize (no writable cgroup)'
  const freeze = places.freezer
    ? `freeze: idle environments are frozen (cgroup v${places.freezer.version})`
    : 'freeze: idle environments are NOT frozen (no writable cgroup)'
  const temporary =
    storage?.kind === 'disk'
      ? '/tmp: limited to EphemeralStorage, kept when an environment is reset'
      : storage?.kind === 'memory'
        ? '/tmp: limited to EphemeralStorage, in memory, kept when an environment is reset (loop devices do not work here)'
        : '/tmp: limited to EphemeralStorage, in memory, NOT kept when an environment is reset (needs root)'
  const user = users
    ? 'users: every environment has its own user id'
    : "users: environments share the server's user id (needs root)"
  const calls = filter
    ? 'system calls: filtered, as container engines do (seccomp)'
    : `system calls: NOT filtered (no filter for ${process.arch}, or a kernel that takes none)`
  const reach =
    network === 'none'
      ? 'network: none (every environment has only a loopback interface of its own)'
      : "network: the host's (--network none takes it away)"
  return [
    'isolation: bubblewrap (process, mount, IPC and host name namespaces)',
    reach,
    calls,
    user,
    memory,
    pids,
    cpu,
    freeze,
    temporary,
    'runtime api: over an inherited socket, and by TCP for processes of the environment',
  ]
}
