import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { BodyStream } from '#protocol'

/**
 * Writes a body as it comes, and takes no more of it than the client does. The head goes out with the first part, or by
 * itself when that is not there yet. Rejects when the body fails: then the client must see that it has not got all.
 */
export async function writeStream(outgoing: ServerResponse, body: BodyStream): Promise<void> {
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort())
  let hasBegun = false
  setImmediate(() => hasBegun || outgoing.flushHeaders())
  for await (const part of body) {
    // Leaving the loop tells the body that nobody reads it any more.
    if (outgoing.destroyed) return
    hasBegun = true
    if (!writePart(outgoing, part)) await once(outgoing, 'drain', { signal: gone.signal }).catch(() => {})
  }
  hasBegun = true
  outgoing.end()
}

/** Pieces that came together leave together. False when the client has enough for now. */
function writePart(outgoing: ServerResponse, part: Uint8Array | readonly Uint8Array[]): boolean {
  if (part instanceof Uint8Array) return outgoing.write(part)
  // The socket itself: a response that is held back does not notice that the client has enough.
  const { socket } = outgoing
  socket?.cork()
  let mayGoOn = true
  for (const piece of part) mayGoOn = outgoing.write(piece)
  socket?.uncork()
  return mayGoOn
}
