import { parseJsonBytes } from '#base'
import { InvalidRequestContentException } from '#model'
import { payloadLimitBytes, payloadTooLarge } from '#resources'

const EMPTY_EVENT = Buffer.from('{}')

/** The event as it came, when it is one JSON text of at most the type's size. */
export function checkPayload(type: string, payload: Buffer | undefined): Buffer {
  if (!payload || payload.length === 0) return EMPTY_EVENT
  if (payload.length > payloadLimitBytes(type)) throw payloadTooLarge(payload.length, type)
  const parsed = parseJsonBytes(payload)
  if ('problem' in parsed)
    throw unreadable(`Could not parse request body into json: Could not parse payload into json: ${parsed.problem}`)
  return payload
}

export const unreadable = (message: string) => new InvalidRequestContentException({ Type: 'User', message })
