import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newRootKey, type RootKey } from '#auth'

export interface RootCredentials {
  /** Of every account, the server's own first. */
  readonly keys: ReadonlyMap<string, RootKey>
  /** Where they are kept. */
  readonly file: string
  /** That of the server's own account, if it was made now: to be shown this once. */
  readonly made: RootKey | undefined
}

/** The root users' keys, one for each account: preset, or read from the data directory, or made there now. */
export async function openRootCredentials(
  dataDirectory: string,
  accounts: readonly [own: string, ...further: readonly string[]],
  preset: RootKey | undefined,
): Promise<RootCredentials> {
  const file = join(dataDirectory, 'credentials')
  const [own] = accounts
  const text = await readFile(file, 'utf8').catch(() => '')
  const stored = parseProfiles(text)
  const keys = new Map<string, RootKey>()
  for (const account of accounts)
    keys.set(account, (account === own && preset) || (stored.get(profileOf(account, own)) ?? newRootKey()))
  // What is kept of an account that is not served this time stays for the next.
  const profiles = new Map([...keys].map(([account, key]) => [profileOf(account, own), key]))
  for (const [profile, key] of stored) if (!profiles.has(profile)) profiles.set(profile, key)
  const next = writeProfiles(profiles)
  if (next !== text) await replaceFile(file, next)
  // One that was preset is not shown: whoever set it knows it, and output is kept in logs.
  return { keys, file, made: preset || stored.has(OWN_PROFILE) ? undefined : keys.get(own) }
}

/** The root user's key of the server's own account, or of another, if there is one. */
export async function readRootKey(dataDirectory: string, account?: string): Promise<RootKey | undefined> {
  const profiles = parseProfiles(await readFile(join(dataDirectory, 'credentials'), 'utf8').catch(() => ''))
  return account === undefined ? profiles.get(OWN_PROFILE) : profiles.get(profileOf(account, ''))
}

const OWN_PROFILE = 'default'
export const profileOf = (account: string, own: string): string =>
  account === own ? OWN_PROFILE : `account-${account}`

/** AWS INI form: the file can be named in AWS_SHARED_CREDENTIALS_FILE. */
const writeProfiles = (profiles: ReadonlyMap<string, RootKey>): string =>
  [...profiles]
    .map(
      ([profile, { accessKeyId, secretAccessKey }]) =>
        `[${profile}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    )
    .join('\n')

function parseProfiles(text: string): ReadonlyMap<string, RootKey> {
  const profiles = new Map<string, RootKey>()
  for (const [, profile = '', body = ''] of text.matchAll(/^\[([^\]]+)\]\n([^[]*)/gm)) {
    const accessKeyId = /^aws_access_key_id\s*=\s*(\S+)/m.exec(body)?.[1]
    const secretAccessKey = /^aws_secret_access_key\s*=\s*(\S+)/m.exec(body)?.[1]
    if (accessKeyId && secretAccessKey) profiles.set(profile, { accessKeyId, secretAccessKey })
  }
  return profiles
}

async function replaceFile(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
}
