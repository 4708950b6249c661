import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** What a sealed text is for: one that was sealed for something else does not open. */
export type SealPurpose = 'access-key' | 'environment-variables' | 'session-token'

/** Encrypts what must not be read from a copy of the database, and recognizes what was encrypted here. */
export interface Secrets {
  /** `<key id>.<base64url>` */
  seal(purpose: SealPurpose, content: Buffer): string
  /** Undefined unless the text was sealed for this purpose, with a key that is still known. */
  open(purpose: SealPurpose, sealed: string): Buffer | undefined
}

/** A key ring: everything is sealed with the current key, and opened with the one that it names. */
export interface KeyRing {
  readonly current: string
  /** 32 bytes each, by id. */
  readonly keys: ReadonlyMap<string, Buffer>
}

const IV_BYTES = 12
const TAG_BYTES = 16

/** AES-256-GCM; the purpose is authenticated along. */
export function createSecrets({ current, keys }: KeyRing): Secrets {
  const currentKey = keys.get(current)
  if (!currentKey) throw new Error(`The secret key ${current} is missing.`)
  return {
    seal(purpose, content) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', currentKey, iv).setAAD(Buffer.from(purpose))
      const encrypted = Buffer.concat([cipher.update(content), cipher.final()])
      return `${current}.${Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString('base64url')}`
    },

    open(purpose, sealed) {
      const dot = sealed.indexOf('.')
      const key = keys.get(sealed.slice(0, dot))
      const text = sealed.slice(dot + 1)
      const bytes = Buffer.from(text, 'base64url')
      // Node passes over what is no base64, and a character too many: only the text itself counts.
      if (bytes.toString('base64url') !== text) return undefined
      if (!key || bytes.length < IV_BYTES + TAG_BYTES) return undefined
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES))
      decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
      try {
        return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
      } catch {
        return undefined
      }
    },
  }
}
