import { deflateRawSync } from 'node:zlib'
import type { SessionFacts } from '#auth'
import { packedTooLarge } from './errors.ts'

// Policies and tags travel in the session token, and all headers of a request have 16 KiB.
const LIMIT_BYTES = 4096

/** How much of the allotted space policies and tags take, in percent; 0 when there are none. */
export function packedPercent(policies: SessionFacts['policies'], tags: SessionFacts['tags'] = {}): number {
  if (!policies && Object.keys(tags).length === 0) return 0
  const bytes = deflateRawSync(JSON.stringify([policies, tags])).length
  const percent = Math.ceil((bytes / LIMIT_BYTES) * 100)
  if (percent > 100) throw packedTooLarge(percent)
  return percent
}
