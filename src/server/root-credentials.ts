import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newRootKey, type RootKey } from '#auth'

/** The root user's key: preset, or read from the data directory, or made there now. */
export async function openRootCredentials(
  dataDirectory: string,
  preset: RootKey | undefined,
  account: string,
): Promise<{ readonly key: RootKey; readonly file: string; readonly isNew: boolean }> {
  const file = join(dataDirectory, 'credentials')
  const stored = await readCredentials(file)
  const key = preset ?? stored ?? newRootKey(account)
  const isChanged = key.accessKeyId !== stored?.accessKeyId || key.secretAccessKey !== stored.secretAccessKey
  if (isChanged) await writeCredentials(file, key)
  // One that was preset is not shown: whoever set it knows it, and output is kept in logs.
  return { key, file, isNew: preset === undefined && stored === undefined }
}

/** AWS INI form: the file can be named in AWS_SHARED_CREDENTIALS_FILE. */
async function writeCredentials(file: string, key: RootKey): Promise<void> {
  const text = `[default]\naws_access_key_id = ${key.accessKeyId}\naws_secret_access_key = ${key.secretAccessKey}\n`
  await writeFile(`${file}.new`, text, { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
}

async function readCredentials(file: string): Promise<RootKey | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const accessKeyId = /^aws_access_key_id\s*=\s*(\S+)/m.exec(text)?.[1]
  const secretAccessKey = /^aws_secret_access_key\s*=\s*(\S+)/m.exec(text)?.[1]
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined
}
