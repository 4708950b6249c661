import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const directory = join(import.meta.dirname, '../results')

/** Writes the results beside those of earlier runs, and returns the file's path. */
export function writeResults(results: Readonly<Record<string, unknown>>): string {
  const date = new Date().toISOString()
  const file = join(directory, `${date.replaceAll(':', '-').slice(0, 19)}.json`)
  mkdirSync(directory, { recursive: true })
  writeFileSync(file, `${JSON.stringify({ date, ...results }, null, 2)}\n`)
  return file
}
