import { release } from 'node:os'

export const MOST_PROCESSES = 1024
const MOST_OPEN_FILES = 1024
/** What AWS lets a process keep from being swapped out. */
const MOST_LOCKED_KB = 64

/**
 * Whether the kernel can count an environment's processes without a control group: it counts those of a user within his
 * user namespace. As root every environment has a user of its own, and else a namespace, which Linux heeds since 5.14.
 */
export function countsProcessesByUser(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  return process.getuid?.() === 0 || major > 5 || (major === 5 && minor >= 14)
}

/** For the shell that starts a program; neither it nor what it starts can raise them again. */
export function limitsScript(): string {
  // Shells know the number of processes by different letters.
  const processes = `ulimit -u ${MOST_PROCESSES} 2>/dev/null || ulimit -p ${MOST_PROCESSES} 2>/dev/null`
  return [
    `ulimit -n ${MOST_OPEN_FILES}; ulimit -c 0; ulimit -l ${MOST_LOCKED_KB} 2>/dev/null`,
    ...(countsProcessesByUser() ? [processes] : []),
  ].join('\n')
}
