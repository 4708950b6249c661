import { statSync } from 'node:fs'

/**
 * Files of the kernel that tell of the whole machine, or command it: its memory, its keys, its symbols. bubblewrap itself
 * makes `sys`, `sysrq-trigger`, `irq` and `bus` read-only.
 */
const FILES = [
  ...['kcore', 'kallsyms', 'keys', 'key-users', 'kmsg', 'kpagecgroup', 'kpagecount', 'kpageflags', 'latency_stats'],
  ...['sched_debug', 'slabinfo', 'sysrq-trigger', 'timer_list', 'timer_stats', 'vmallocinfo'],
].map((name) => `/proc/${name}`)
const DIRECTORIES = ['/proc/acpi', '/proc/asound', '/proc/scsi']

/** Read, write and search for everybody. A mask costs a start 0.2 ms, so what only root may open needs none. */
const OPEN_TO_ALL = 0o007

/** Nothing, and no way to open it, in the place of these files, and empty directories; below `root` in the sandbox. */
export function maskedPaths(root = ''): string[] {
  return [
    ...FILES.filter(isOpenToAll).flatMap((path) => ['--ro-bind', '/dev/null', `${root}${path}`]),
    ...DIRECTORIES.filter(isOpenToAll).flatMap((path) => [
      '--tmpfs',
      `${root}${path}`,
      '--remount-ro',
      `${root}${path}`,
    ]),
  ]
}

function isOpenToAll(path: string): boolean {
  const status = statSync(path, { throwIfNoEntry: false })
  return status !== undefined && (status.mode & OPEN_TO_ALL) !== 0
}
