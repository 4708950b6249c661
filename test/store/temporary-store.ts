import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { createLog, systemClock } from '#base'
import { openStore, type Store, type StoreOptions } from '#store'

/** A directory of the test's own, removed when it ends. */
export async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'lambent-store-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** A store of the test's own, closed and removed when it ends. */
export async function temporaryStore(t: TestContext, options: Partial<StoreOptions> = {}): Promise<Store> {
  const dataDirectory = options.dataDirectory ?? (await temporaryDirectory(t))
  const store = await openStore({ clock: systemClock, log: quietLog, ...options, dataDirectory })
  t.after(() => store.close())
  return store
}

export const quietLog = createLog(() => {})
