import { randomBytes } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { publish, writeDurably } from '../code/durable-file.ts'
import type { KeyRing } from './secrets.ts'

const KEY_BYTES = 32

/** One line for each key: `<id> <base64>`. The last is the current one; others are left by a rotation that was cut off. */
export async function openKeyFile(dataDirectory: string): Promise<KeyRing> {
  const file = fileIn(dataDirectory)
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text !== undefined) return parse(text, file)
  const keys = new Map([['k1', randomBytes(KEY_BYTES)]])
  await writeKeyFile(dataDirectory, keys)
  return { current: 'k1', keys }
}

/** The same keys and a new one, which is now the current one. */
export function addKey({ current, keys }: KeyRing): KeyRing {
  const added = `k${Number(current.slice(1)) + 1}`
  return { current: added, keys: new Map([...keys, [added, randomBytes(KEY_BYTES)]]) }
}

export async function writeKeyFile(dataDirectory: string, keys: KeyRing['keys']): Promise<void> {
  const file = fileIn(dataDirectory)
  const lines = [...keys].map(([id, key]) => `${id} ${key.toString('base64')}\n`)
  await rm(`${file}.new`, { force: true })
  await writeDurably(`${file}.new`, Buffer.from(lines.join('')))
  await publish(`${file}.new`, file)
}

const fileIn = (dataDirectory: string) => join(dataDirectory, 'secret-key')

function parse(text: string, file: string): KeyRing {
  const lines = text.split('\n').filter((line) => line !== '')
  const keys = new Map(
    lines.map((line) => {
      const [, id, encoded] = /^(k\d+) (\S+)$/.exec(line) ?? []
      const key = Buffer.from(encoded ?? '', 'base64')
      if (id === undefined || key.length !== KEY_BYTES) throw new Error(`${file} is not a key file of lambent's.`)
      return [id, key] as const
    }),
  )
  const current = [...keys.keys()].at(-1)
  // Without its key, what is in the database is lost; a new key would hide that.
  if (current === undefined) throw new Error(`${file} is empty.`)
  return { current, keys }
}
