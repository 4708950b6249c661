import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { systemClock } from '#base'
import { DatabaseTooNew, DataDirectoryInUse, openStore } from '#store'
import { quietLog, temporaryDirectory, temporaryStore } from './temporary-store.ts'

const open = (dataDirectory: string) => openStore({ dataDirectory, clock: systemClock, log: quietLog })

test('the data directory is made for its owner only', async (t) => {
  const dataDirectory = join(await temporaryDirectory(t), 'deep', 'data')
  await temporaryStore(t, { dataDirectory })
  assert.equal((await stat(dataDirectory)).mode & 0o777, 0o700)
  for (const name of ['lambent.db', 'lambent.db-wal'])
    assert.equal((await stat(join(dataDirectory, name))).mode & 0o777, 0o600)
})

test('a second store on the same directory is refused while the first is open', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const first = await open(dataDirectory)
  await assert.rejects(open(dataDirectory), DataDirectoryInUse)
  await assert.rejects(open(dataDirectory), DataDirectoryInUse)
  await first.close()
  await (await open(dataDirectory)).close()
})

test('another process keeps the directory until it is killed with -9', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const child = spawn(process.execPath, [new URL('./enqueue-forever.ts', import.meta.url).pathname, dataDirectory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  child.stdout.resume()
  await assert.rejects(open(dataDirectory), DataDirectoryInUse)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await (await open(dataDirectory)).close()
})

test('the database of a newer program is refused, and the directory is free afterwards', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  await (await open(dataDirectory)).close()
  const database = new DatabaseSync(join(dataDirectory, 'lambent.db'))
  database.exec('INSERT INTO migrations (version, applied_ms) VALUES (999, 0)')
  await assert.rejects(
    open(dataDirectory),
    (error) => error instanceof DatabaseTooNew && /version 999/.test(error.message),
  )
  database.exec('DELETE FROM migrations WHERE version = 999')
  database.close()
  await (await open(dataDirectory)).close()
})

test('a file that is no database is reported', async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  await (await open(dataDirectory)).close()
  await writeFile(join(dataDirectory, 'lambent.db'), 'x'.repeat(10_000))
  await assert.rejects(open(dataDirectory), /not a database/)
})
