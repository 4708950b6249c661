import { formatAmzDate } from './amz-date.ts'
import type { ParsedSignature } from './parsed-signature.ts'
import { signatureExpired, signatureNotYetCurrent } from './signature-errors.ts'

/** How far a client's clock may be off, and how long a signature in a header stays valid. */
const WINDOW_SECONDS = 5 * 60

/** A signature is valid around its date: five minutes to both sides, or as long after it as a presigned one says. */
export function checkDate({ timestamp, timestampMs, expiresSeconds }: ParsedSignature, nowMs: number): void {
  const seconds = timestampMs / 1000
  const now = Math.floor(nowMs / 1000)
  const validSeconds = expiresSeconds ?? WINDOW_SECONDS
  if (seconds < now - validSeconds)
    throw signatureExpired(timestamp, at(now - validSeconds), at(now), describe(validSeconds))
  if (seconds > now + WINDOW_SECONDS)
    throw signatureNotYetCurrent(timestamp, at(now + WINDOW_SECONDS), at(now), describe(WINDOW_SECONDS))
}

const at = (seconds: number) => formatAmzDate(seconds * 1000)

const describe = (seconds: number) => (seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} sec`)
