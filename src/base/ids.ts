import { randomBytes, randomUUID } from 'node:crypto'

/** A version 4 UUID in lower case: request ids, revision ids, event ids. */
export const newUuid = (): string => randomUUID()

/** `length` characters of `[A-Z0-9]`-style alphabets without look-alikes, as in AWS access key ids. */
export function randomText(length: number, alphabet: string): string {
  // 256 % alphabet.length makes some characters a little likelier; harmless for ids, so no rejection loop.
  return Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('')
}

export const BASE32_UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
export const BASE64_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
