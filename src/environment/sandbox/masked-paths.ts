import { existsSync } from 'node:fs'

/**
 * Files of the kernel that tell of the whole machine, or command it: its memory, its keys, its symbols. Most are closed to
 * all but root anyway; here nobody finds out. bubblewrap itself makes `sys`, `sysrq-trigger`, `irq` and `bus` read-only.
 */
const FILES = [
  ...['kcore', 'kallsyms', 'keys', 'key-users', 'kmsg', 'kpagecgroup', 'kpagecount', 'kpageflags', 'latency_stats'],
  ...['sched_debug', 'sysrq-trigger', 'timer_list', 'vmallocinfo', 'slabinfo'],
].map((name) => `/proc/${name}`)
const DIRECTORIES = ['/proc/acpi', '/proc/asound', '/proc/scsi']

/** Nothing, and no way to open it, in the place of these files; and empty directories. */
export function maskedPaths(): string[] {
  return [
    ...FILES.filter((path) => existsSync(path)).flatMap((path) => ['--ro-bind', '/dev/null', path]),
    ...DIRECTORIES.filter((path) => existsSync(path)).flatMap((path) => ['--tmpfs', path, '--remount-ro', path]),
  ]
}
