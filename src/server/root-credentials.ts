import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newRootKey, type RootKey } from '#auth'

/** The accounts of a server, its own first. */
export type Accounts = readonly [own: string, ...further: readonly string[]]

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
  accounts: Accounts,
  preset: RootKey | undefined,
): Promise<RootCredentials> {
  const [own] = accounts
  const stored = await readRootKeys(dataDirectory, accounts)
  const keyOf = (account: string) => (account === own && preset) || (stored.get(account) ?? newRootKey(account))
  const keys = new Map(accounts.map((account) => [account, keyOf(account)]))
  await keepRootKeys(dataDirectory, own, keys)
  // One that was preset is not shown: whoever set it knows it, and output is kept in logs.
  const made = preset || stored.has(own) ? undefined : keys.get(own)
  return { keys, file: fileIn(dataDirectory), made }
}

/** By account; those that have none yet are left out. */
export async function readRootKeys(dataDirectory: string, accounts: Accounts): Promise<ReadonlyMap<string, RootKey>> {
  const profiles = parseProfiles(await readText(dataDirectory))
  return new Map(
    accounts.flatMap((account) => {
      const key = profiles.get(profileOf(account, accounts[0]))
      return key ? [[account, key] as const] : []
    }),
  )
}

/** What is kept of other accounts stays. */
export async function keepRootKeys(
  dataDirectory: string,
  own: string,
  keys: ReadonlyMap<string, RootKey>,
): Promise<void> {
  const text = await readText(dataDirectory)
  const profiles = new Map([...keys].map(([account, key]) => [profileOf(account, own), key]))
  for (const [profile, key] of parseProfiles(text)) if (!profiles.has(profile)) profiles.set(profile, key)
  const next = writeProfiles(profiles)
  if (next === text) return
  const file = fileIn(dataDirectory)
  await writeFile(`${file}.new`, next, { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
}

/** The root user's key of an account, if there is one. Which is the server's own is not kept: it may be the one asked for. */
export async function readRootKey(dataDirectory: string, account?: string): Promise<RootKey | undefined> {
  const profiles = parseProfiles(await readFile(join(dataDirectory, 'credentials'), 'utf8').catch(() => ''))
  return (account === undefined ? undefined : profiles.get(profileOf(account, ''))) ?? profiles.get(OWN_PROFILE)
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

const readText = (dataDirectory: string) => readFile(fileIn(dataDirectory), 'utf8').catch(() => '')

const fileIn = (dataDirectory: string) => join(dataDirectory, 'credentials')
