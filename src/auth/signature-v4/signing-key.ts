import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { createRecentCache } from '../recent-cache.ts'
import { type Credential, TERMINATOR } from './credential-scope.ts'

/** A key costs four HMACs and lives a day per region and service; a thousand callers at once are plenty for one machine. */
const MAX_REMEMBERED_KEYS = 1_000

interface RememberedKey {
  readonly secretAccessKey: string
  readonly key: KeyObject
}

const remembered = createRecentCache<RememberedKey>(MAX_REMEMBERED_KEYS)

/** The signing key of a credential; `credential` is its text, `keyid/date/region/service/aws4_request`. */
export function signingKeyOf(credential: string, scope: Credential, secretAccessKey: string): KeyObject {
  const found = remembered.get(credential)
  if (found?.secretAccessKey === secretAccessKey) return found.key
  const key = deriveSigningKey(secretAccessKey, scope)
  remembered.set(credential, { secretAccessKey, key })
  return key
}

function deriveSigningKey(secretAccessKey: string, { date, region, service }: Credential): KeyObject {
  const steps = [date, region, service, TERMINATOR]
  const key = steps.reduce<Buffer>((secret, text) => hmac(secret, text), Buffer.from(`AWS4${secretAccessKey}`))
  return createSecretKey(key)
}

const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/** In lower-case hexadecimal digits. */
export const signWith = (key: KeyObject, text: string): string => createHmac('sha256', key).update(text).digest('hex')
