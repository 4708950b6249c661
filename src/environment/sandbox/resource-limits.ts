import { release } from 'node:os'

/** Of an environment, by its control group. */
export const MOST_PROCESSES = 1024
/** Of a user, as AWS sets it. */
export const MOST_PROCESSES_OF_USER = 742

/** As AWS sets them: open files, locked memory in KiB, the stack in KiB, the size of a core file in half KiB. */
const LIMITS = 'ulimit -n 1024; ulimit -l 64; ulimit -S -s 8192; ulimit -c 20971520'
/** Shells differ in the letter. */
const USER_LIMIT = `{ ulimit -p ${MOST_PROCESSES_OF_USER} || ulimit -u ${MOST_PROCESSES_OF_USER}; }`

/**
 * Whether the kernel counts an environment's processes apart from others': it counts those of a user within his user
 * namespace. As root every environment has a user of its own, and else a namespace, which Linux heeds since 5.14.
 */
export function countsProcessesByUser(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  return process.getuid?.() === 0 || major > 5 || (major === 5 && minor >= 14)
}

/** For the shell that starts a program. Where the host allows less, less holds. */
export function limitsScript(): string {
  return `{ ${countsProcessesByUser() ? `${USER_LIMIT}; ` : ''}${LIMITS}; } 2>/dev/null`
}
