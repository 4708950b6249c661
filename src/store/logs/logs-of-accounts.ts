import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Log } from '#base'
import type { LogStore } from '../log-store.ts'
import type { LogLimits } from './log-limits.ts'
import { type LogFiles, openLogStore } from './open-log-store.ts'

/**
 * The logs of further accounts, each in a directory of its own: groups of the same name are different groups. Those of
 * accounts that are not served any more are opened too, because events of their functions may still wait.
 */
export async function openLogsOfAccounts(
  directory: string,
  accounts: readonly string[],
  clock: Clock,
  log: Log,
  limits: LogLimits,
): Promise<{ of(account: string): LogStore | undefined; close(): Promise<void> }> {
  const opened = new Map<string, LogFiles>()
  const before = await readdir(directory).catch(() => [])
  for (const account of new Set([...accounts, ...before])) {
    await mkdir(join(directory, account), { recursive: true, mode: 0o700 })
    opened.set(account, await openLogStore(join(directory, account, 'logs'), clock, log, limits))
  }
  return {
    of: (account) => opened.get(account),
    close: async () => {
      for (const logs of opened.values()) await logs.close()
    },
  }
}
