import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newRootKey, type RootKey } from '#auth'

/** The root user's key: preset, or read from the data directory, or made there now. */
export async function openRootCredentials(
  dataDirectory: string,
  preset: RootKey | undefined,
  account: string,
): Promise<{ readonly key: RootKey; readonly file: string; readonly isNew: boolean }> {
  const stored = await readCredentials(dataDirectory)
  const key = preset ?? stored ?? newRootKey(account)
  const isChanged = key.accessKeyId !== stored?.accessKeyId || key.secretAccessKey !== stored.secretAccessKey
  if (isChanged) await writeCredentials(dataDirectory, key)
  // One that was preset is not shown: whoever set it knows it, and output is kept in logs.
  return { key, file: fileIn(dataDirectory), isNew: preset === undefined && stored === undefined }
}

/** AWS INI form: the file can be named in AWS_SHARED_CREDENTIALS_FILE. */
export async function writeCredentials(dataDirectory: string, key: RootKey): Promise<void> {
  const file = fileIn(dataDirectory)
  const text = `[default]\naws_access_key_id = ${key.accessKeyId}\naws_secret_access_key = ${key.secretAccessKey}\n`
  await writeFile(`${file}.new`, text, { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
}

export async function readCredentials(dataDirectory: string): Promise<RootKey | undefined> {
  const text = await readFile(fileIn(dataDirectory), 'utf8').catch(() => '')
  const accessKeyId = /^aws_access_key_id\s*=\s*(\S+)/m.exec(text)?.[1]
  const secretAccessKey = /^aws_secret_access_key\s*=\s*(\S+)/m.exec(text)?.[1]
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined
}

const fileIn = (dataDirectory: string) => join(dataDirectory, 'credentials')
