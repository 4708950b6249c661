// Percent-encoding of byte strings: texts whose every character stands for one byte, as HTTP parsers give them.

const UNRESERVED = new Set('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~')
const PERCENT = 37

/** For each byte, how it is written: itself if unreserved, else `%` and two upper-case digits. */
const ENCODED: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte)
  return UNRESERVED.has(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
})

const IS_UNRESERVED = Uint8Array.from(ENCODED, (text) => (text.length === 1 ? 1 : 0))

export const isUnreserved = (code: number): boolean => IS_UNRESERVED[code] === 1

/** `A-Za-z0-9-_.~` stay, everything else is escaped. */
export function percentEncode(text: string): string {
  let encoded = ''
  for (let at = 0; at < text.length; at++) encoded += ENCODED[text.charCodeAt(at) & 0xff]
  return encoded
}

/** An escape that is not `%` and two hexadecimal digits stays as it is. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text
  let decoded = ''
  for (let at = 0; at < text.length; at++) {
    const byte = text.charCodeAt(at) === PERCENT ? hexByte(text, at + 1) : -1
    decoded += byte < 0 ? text[at] : String.fromCharCode(byte)
    if (byte >= 0) at += 2
  }
  return decoded
}

function hexByte(text: string, at: number): number {
  const high = hexDigit(text.charCodeAt(at))
  const low = hexDigit(text.charCodeAt(at + 1))
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  if (code >= 65 && code <= 70) return code - 55
  if (code >= 97 && code <= 102) return code - 87
  return -1
}
