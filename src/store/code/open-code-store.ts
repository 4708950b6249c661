import assert from 'node:assert/strict'
import { open, rename, rm } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { Clock } from '#base'
import type { CodePackage } from '#resources'
import type { CodeStore } from '../code-store.ts'
import { CodeDirectory, exists } from './code-directory.ts'
import { publish, writeDurably } from './durable-file.ts'
import { mergedSha256 } from './merged-sha256.ts'
import { Turns } from './turns.ts'
import { Unpacker } from './unpacker.ts'

// The code of a deleted function stays while environments may still load from it. What is in use is only noticed by the
// hourly collection, so this is an hour longer than any invocation may need.
const GRACE_MS = 2 * 3_600_000

export async function openCodeStore(root: string, clock: Clock): Promise<CodePackages> {
  const directory = new CodeDirectory(root)
  await directory.prepare()
  return new CodePackages(directory, clock)
}

export class CodePackages implements CodeStore {
  readonly #directory: CodeDirectory
  readonly #clock: Clock
  readonly #unpacker = new Unpacker()
  readonly #turns = new Turns()
  readonly #lastUsedMs = new Map<string, number>()

  constructor(directory: CodeDirectory, clock: Clock) {
    this.#directory = directory
    this.#clock = clock
  }

  async put(zip: Buffer): Promise<CodePackage> {
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', zip as Buffer<ArrayBuffer>))
    const hash = digest.toString('hex')
    this.#touch(hash)
    await this.#turns.take(hash, () => this.#keep(hash, zip))
    return { sha256: digest.toString('base64'), size: zip.length }
  }

  async read(sha256: string): Promise<Readable | undefined> {
    const file = await open(this.#directory.zip(hashOf(sha256)), 'r').catch(() => undefined)
    return file?.createReadStream()
  }

  async unpacked(sha256: string): Promise<string> {
    const hash = hashOf(sha256)
    this.#touch(hash)
    const path = this.#directory.unpacked(hash)
    if (!(await exists(path))) await this.#turns.take(hash, () => this.#unpackOnce(this.#directory.zip(hash), hash))
    return path
  }

  async merged(sha256s: readonly string[]): Promise<string> {
    const sources = await Promise.all(sha256s.map((sha256) => this.unpacked(sha256)))
    const hash = hashOf(mergedSha256(sha256s))
    this.#touch(hash)
    if (!(await exists(this.#directory.unpacked(hash))))
      await this.#turns.take(hash, () => this.#makeOnce(hash, (place) => this.#unpacker.merge(sources, place)))
    return this.#directory.unpacked(hash)
  }

  async unzippedBytes(sha256: string): Promise<number> {
    const hash = hashOf(sha256)
    this.#touch(hash)
    return this.#unpacker.measure(this.#directory.zip(hash))
  }

  async collect(used: ReadonlySet<string>): Promise<void> {
    const kept = new Set([...used].map(hashOf))
    for (const hash of await this.#directory.hashes()) {
      if (kept.has(hash)) {
        // The grace begins when it falls out of use: an invocation may still run it then.
        this.#touch(hash)
        continue
      }
      const lastUsedMs = this.#lastUsedMs.get(hash) ?? Number.NEGATIVE_INFINITY
      if (lastUsedMs > this.#clock.now() - GRACE_MS) continue
      this.#lastUsedMs.delete(hash)
      await this.#turns.take(hash, () => this.#directory.remove(hash))
    }
  }

  async close(): Promise<void> {
    await this.#unpacker.close()
    await this.#directory.close()
  }

  async #keep(hash: string, zip: Buffer): Promise<void> {
    if (await exists(this.#directory.zip(hash))) return
    const temporaryZip = this.#directory.temporary()
    try {
      await writeDurably(temporaryZip, zip)
      await this.#unpackOnce(temporaryZip, hash)
      await publish(temporaryZip, this.#directory.zip(hash))
    } finally {
      await rm(temporaryZip, { force: true })
    }
  }

  #unpackOnce(zip: string, hash: string): Promise<void> {
    return this.#makeOnce(hash, (place) => this.#unpacker.unpack(zip, place))
  }

  /** Made aside and renamed: nobody finds half a directory. */
  async #makeOnce(hash: string, make: (place: string) => Promise<void>): Promise<void> {
    if (await exists(this.#directory.unpacked(hash))) return
    const temporary = this.#directory.temporary()
    try {
      await make(temporary)
      await rename(temporary, this.#directory.unpacked(hash))
    } finally {
      await rm(temporary, { recursive: true, force: true })
    }
  }

  #touch(hash: string): void {
    this.#lastUsedMs.set(hash, this.#clock.now())
  }
}

/** Hexadecimal, as a name for files. */
function hashOf(sha256: string): string {
  const hash = Buffer.from(sha256, 'base64').toString('hex')
  assert(hash.length === 64, 'a package is named by the base64 SHA-256 of its zip')
  return hash
}
