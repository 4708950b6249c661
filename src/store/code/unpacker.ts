import { NotAZip, UnsafeZip, UnzippedTooLarge } from '../errors.ts'
import { Thread } from '../thread.ts'
import type { RefusalName, UnpackReply, UnpackRequest } from './unpack-thread.ts'

// A thread costs some MiB: it goes when nothing was deployed for this long.
const IDLE_MS = 10_000

/** Unpacks on a thread that is there while it is needed. */
export class Unpacker {
  #thread: Thread<UnpackRequest, UnpackReply> | undefined
  #running = 0
  #idleTimer: NodeJS.Timeout | undefined

  /** Throws NotAZip, UnzippedTooLarge or UnsafeZip; what was written until then is the caller's to remove. */
  async unpack(file: string, directory: string): Promise<void> {
    clearTimeout(this.#idleTimer)
    this.#thread ??= new Thread('./unpack-thread', import.meta.url)
    this.#running++
    try {
      const reply = await this.#thread.ask({ file, directory })
      if (reply) throw new refusals[reply.refused](reply.message)
    } finally {
      if (--this.#running === 0) this.#idleTimer = setTimeout(() => this.close(), IDLE_MS).unref()
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#idleTimer)
    const thread = this.#thread
    this.#thread = undefined
    await thread?.close()
  }
}

const refusals: Readonly<Record<RefusalName, new (message: string) => Error>> = { NotAZip, UnsafeZip, UnzippedTooLarge }
