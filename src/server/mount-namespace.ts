import { spawnSync } from 'node:child_process'

const UNSHARE = '/usr/bin/unshare'
/** Set on the second start. */
const MARK = 'LAMBENT_OWN_MOUNTS'

/**
 * As root on Linux, starts this program again in a mount namespace of its own, under the same process id. What the
 * server mounts, such as the `/tmp` of each environment, is then seen by nobody else and vanishes with the server, also
 * when it is killed. Does nothing where that is not possible: mounts are then removed by the next start.
 */
export function enterMountNamespace(): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || process.env[MARK] !== undefined) return
  // `node --watch` talks to this process over a channel that does not survive another start.
  if (process.env.WATCH_REPORT_DEPENDENCIES !== undefined) return
  // Containers without the capability have root users too.
  if (spawnSync(UNSHARE, ['--mount', 'true'], { stdio: 'ignore' }).status !== 0) return
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  process.execve?.(UNSHARE, ['unshare', '--mount', '--propagation', 'slave', ...self], { ...process.env, [MARK]: '1' })
}
