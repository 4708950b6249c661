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
    await this.#ask({ task: 'unpack', file, directory })
  }

  async merge(sources: readonly string[], directory: string): Promise<void> {
    await this.#ask({ task: 'merge', sources, directory })
  }

  async measure(file: string): Promise<number> {
    return (await this.#ask({ task: 'measure', file })) ?? 0
  }

  async close(): Promise<void> {
    clearTimeout(this.#idleTimer)
    const thread = this.#thread
    this.#thread = undefined
    await thread?.close()
  }

  async #ask(request: UnpackRequest): Promise<number | undefined> {
    clearTimeout(this.#idleTimer)
    this.#thread ??= new Thread('./unpack-thread', import.meta.url)
    this.#running++
    try {
      const reply = await this.#thread.ask(request)
      if ('refused' in reply) throw new refusals[reply.refused](reply.message)
      return reply.bytes
    } finally {
      if (--this.#running === 0) this.#idleTimer = setTimeout(() => this.close(), IDLE_MS).unref()
    }
  }
}

const refusals: Readonly<Record<RefusalName, new (message: string) => Error>> = { NotAZip, UnsafeZip, UnzippedTooLarge }
