import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

/**
 * Writes a body as it comes, and takes no more of it than the client does. The head goes out with the first part, or by
 * itself when that is not there yet. Rejects when the body fails: then the client must see that it has not got all.
 */
export async function writeStream(outgoing: ServerResponse, body: AsyncIterable<Uint8Array>): Promise<void> {
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort())
  let hasBegun = false
  setImmediate(() => hasBegun || outgoing.flushHeaders())
  for await (const part of body) {
    // Leaving the loop tells the body that nobody reads it any more.
    if (outgoing.destroyed) return
    hasBegun = true
    if (!outgoing.write(part)) await once(outgoing, 'drain', { signal: gone.signal }).catch(() => {})
  }
  hasBegun = true
  outgoing.end()
}
