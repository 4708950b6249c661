import assert from 'node:assert/strict'
import { open, rename, rm } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { Clock } from '#base'
import type { CodePackage } from '#resources'
import type { CodeStore } from '../code-store.ts'
import { CodeDirectory, exists } from './code-directory.ts'
import { publish, writeDurably } from './durable-file.ts'
import { mergedSha256 } from './merged-sha256.ts'
import { RecentUse } from './recent-use.ts'
import { Turns } from './turns.ts'
import { Unpacker } from './unpacker.ts'

export async function openCodeStore(root: string, clock: Clock): Promise<CodePackages> {
  const directory = new CodeDirectory(root)
  await directory.prepare()
  return new CodePackages(directory, clock)
}

export class CodePackages implements CodeStore {
  readonly #directory: CodeDirectory
  readonly #unpacker = new Unpacker()
  readonly #turns = new Turns()
  readonly #use: RecentUse

  constructor(directory: CodeDirectory, clock: Clock) {
    this.#directory = directory
    this.#use = new RecentUse(clock)
  }

  async put(zip: Buffer): Promise<CodePackage> {
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', zip as Buffer<ArrayBuffer>))
    const hash = digest.toString('hex')
    this.#use.touch(hash)
    await this.#turns.take(hash, () => this.#keep(hash, zip))
    return { sha256: digest.toString('base64'), size: zip.length }
  }

  async read(sha256: string): Promise<Readable | undefined> {
    const file = await open(this.#directory.zip(hashOf(sha256)), 'r').catch(() => undefined)
    return file?.createReadStream()
  }

  async unpacked(sha256: string): Promise<string> {
    const hash = hashOf(sha256)
    this.#use.touch(hash)
    const path = this.#directory.unpacked(hash)
    if (!(await exists(path))) await this.#turns.take(hash, () => this.#unpackOnce(this.#directory.zip(hash), hash))
    return path
  }

  async merged(sha256s: readonly string[]): Promise<string> {
    const sources = await Promise.all(sha256s.map((sha256) => this.unpacked(sha256)))
    const hash = hashOf(mergedSha256(sha256s))
    this.#use.touch(hash)
    if (!(await exists(this.#directory.unpacked(hash))))
      await this.#turns.take(hash, () => this.#makeOnce(hash, (place) => this.#unpacker.merge(sources, place)))
    return this.#directory.unpacked(hash)
  }

  async unzippedBytes(sha256: string): Promise<number> {
    const hash = hashOf(sha256)
    this.#use.touch(hash)
    return this.#unpacker.measure(this.#directory.zip(hash))
  }

  async collect(used: ReadonlySet<string>): Promise<void> {
    const kept = new Set([...used].map(hashOf))
    for (const hash of this.#use.takeUnused(await this.#directory.hashes(), kept))
      await this.#turns.take(hash, () => this.#directory.remove(hash))
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
}

/** Hexadecimal, as a name for files. */
function hashOf(sha256: string): string {
  const hash = Buffer.from(sha256, 'base64').toString('hex')
  assert(hash.length === 64, 'a package is named by the base64 SHA-256 of its zip')
  return hash
}
