import { parseJsonBytes } from '#base'
import { unreadable } from './payload.ts'

// AWS's limit of the header, in base64.
const CLIENT_CONTEXT_LIMIT = 3583

/** The JSON text that the header carries in base64. */
export function readClientContext(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const bytes = Buffer.from(header, 'base64')
  const parsed = header.length <= CLIENT_CONTEXT_LIMIT ? parseJsonBytes(bytes) : { problem: 'too long' }
  const isObject =
    'value' in parsed && typeof parsed.value === 'object' && parsed.value !== null && !Array.isArray(parsed.value)
  if (!isObject) throw unreadable('Client context must be a valid Base64-encoded JSON object.')
  // It travels on as a header, which takes no line breaks and no bytes beyond Latin-1.
  return JSON.stringify(parsed.value).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
