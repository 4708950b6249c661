import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { createLog, systemClock } from '#base'
import { openStore, type Store, type StoreOptions } from '#store'

/** A directory of the test's own, removed when it ends and what was opened in it is closed. */
export async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'lambent-store-'))
  t.after(async () => {
    for (const { close } of opened.get(t) ?? []) await close()
    await rm(directory, { recursive: true, force: true })
  })
  return directory
}

/** A store of the test's own, closed and removed when it ends. */
export async function temporaryStore(t: TestContext, options: Partial<StoreOptions> = {}): Promise<Store> {
  const dataDirectory = options.dataDirectory ?? (await temporaryDirectory(t))
  return closedAfter(t, await openStore({ clock: systemClock, log: quietLog, ...options, dataDirectory }))
}

/** Closing twice does no harm. */
export function closedAfter<Opened extends Closable>(t: TestContext, it: Opened): Opened {
  opened.set(t, [...(opened.get(t) ?? []), it])
  return it
}

interface Closable {
  readonly close: () => Promise<void>
}

const opened = new WeakMap<TestContext, readonly Closable[]>()

export const quietLog = createLog(() => {})
