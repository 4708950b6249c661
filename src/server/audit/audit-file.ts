import { appendFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Log } from '#base'

// What waits for the disk; beyond it lines are counted instead of kept, so that a slow disk costs no memory.
const MAX_WAITING_BYTES = 4_194_304
// A file that an editor still opens; with the one that is being written, eight of them hold some 400,000 lines.
const MAX_FILE_BYTES = 16_777_216
const MAX_FULL_FILES = 7

const LINE_FEED = 10

/**
 * Lines, kept in `<name>.jsonl`; one that is full is renamed after the time, and of those the oldest go. Nobody waits
 * for the disk: who appends goes on, and what finds no room is counted in a line of its own.
 */
export class AuditFile {
  readonly #directory: string
  readonly #name: string
  readonly #clock: Clock
  readonly #log: Log
  #waiting: string[] = []
  #waitingBytes = 0
  #lost = 0
  #writing: Promise<void> | undefined
  /** Of the file; undefined when that has to be looked up. */
  #bytes: number | undefined
  #hasFailed = false

  constructor(directory: string, name: string, clock: Clock, log: Log) {
    this.#directory = directory
    this.#name = name
    this.#clock = clock
    this.#log = log
  }

  append(line: string): void {
    if (this.#waitingBytes + line.length > MAX_WAITING_BYTES) {
      this.#lost++
      return
    }
    this.#waiting.push(line)
    this.#waitingBytes += line.length
    this.#writing ??= this.#writeAll()
  }

  /** Resolves when everything so far is written, or lost. */
  async written(): Promise<void> {
    await this.#writing
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting
      this.#waiting = []
      this.#waitingBytes = 0
      await this.#write(lines)
    }
    this.#writing = undefined
  }

  async #write(lines: readonly string[]): Promise<void> {
    const lost = this.#lost
    const all = lost > 0 ? [...lines, this.#lineAbout(lost)] : lines
    const bytes = Buffer.from(`${all.join('\n')}\n`)
    try {
      await this.#makeRoom(bytes.length)
      await appendFile(this.#file, bytes, { mode: 0o600 })
      this.#bytes = (this.#bytes ?? 0) + bytes.length
      this.#lost -= lost
      this.#hasFailed = false
    } catch (cause) {
      this.#lost += lines.length
      this.#bytes = undefined
      if (!this.#hasFailed) this.#log.error('the audit log could not be written', { file: this.#file, cause })
      this.#hasFailed = true
    }
  }

  #lineAbout(lost: number): string {
    return JSON.stringify({ time: new Date(this.#clock.now()).toISOString(), lost })
  }

  async #makeRoom(bytes: number): Promise<void> {
    this.#bytes ??= await this.#open()
    if (this.#bytes === 0 || this.#bytes + bytes <= MAX_FILE_BYTES) return
    const time = new Date(this.#clock.now()).toISOString().replaceAll(':', '-')
    await rename(this.#file, join(this.#directory, `${this.#name}-${time}.jsonl`))
    this.#bytes = 0
    await this.#removeOldest()
  }

  /** How long the file is. A line that a crash or a full disk broke off is ended, so that it spoils no other. */
  async #open(): Promise<number> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    const file = await open(this.#file, 'a+', 0o600)
    try {
      const { size } = await file.stat()
      if (size === 0) return 0
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
      if (buffer[0] === LINE_FEED) return size
      await file.write('\n')
      return size + 1
    } finally {
      await file.close()
    }
  }

  async #removeOldest(): Promise<void> {
    const full = (await readdir(this.#directory)).filter((name) => name.startsWith(`${this.#name}-`)).sort()
    for (const name of full.slice(0, -MAX_FULL_FILES)) await rm(join(this.#directory, name), { force: true })
  }

  get #file(): string {
    return join(this.#directory, `${this.#name}.jsonl`)
  }
}
