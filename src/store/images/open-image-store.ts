import { mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, fail, type Log, newUuid } from '#base'
import { type ImageAddress, type ImageSource, parseImageUri, resolvedImageUri } from '#resources'
import { exists } from '../code/code-directory.ts'
import { publish } from '../code/durable-file.ts'
import { RecentUse } from '../code/recent-use.ts'
import { Turns } from '../code/turns.ts'
import { ImageFault } from '../errors.ts'
import type { ImageSettings, ImageStore, ImageUse, ResolvedImage, UnpackedImage } from '../image-store.ts'
import type { ImageOptions } from './image-options.ts'
import type { ImagePlace } from './image-place.ts'
import { requireTools } from './image-tools.ts'
import { removeTree } from './image-tree.ts'
import { layoutPlace } from './layout-place.ts'
import { digestOf, type Manifest, readManifest } from './manifest.ts'
import { makeMountPoints } from './mount-points.ts'
import { pullImage, ROOT, SETTINGS } from './pull-image.ts'
import { registryPlace } from './registry-place.ts'
import { type SlotLimits, Slots } from './slots.ts'
import { bytesIn } from './within-size.ts'

// Each waits for a registry, which may be slow, or never answer; the others go on then. Whoever asks us waits a minute
// for an answer, in which registries that answer are asked for more.
const LOOKS: SlotLimits = { most: 32, mostOfOne: 8, mostWaiting: 1024, mostWaitingOfOne: 256 }
// The same. Of as many images as functions may have at once; what is refused is tried again.
const PULLS: SlotLimits = { most: 12, mostOfOne: 3, mostWaiting: 4000, mostWaitingOfOne: 1000 }
// Each keeps a disk and a processor busy, wherever its image is from. Only pulls wait.
const UNPACKS: SlotLimits = { most: 3, mostOfOne: 3, mostWaiting: PULLS.most, mostWaitingOfOne: PULLS.most }
export const TEMPORARY = 'temporary'

/**
 * Below `root`: `<digest>/rootfs` with the image's files and `<digest>/image.json` with its settings, `temporary/` with
 * what is not finished. Nobody else may look inside: programs of images may have the set-user-ID bit.
 */
export async function openImageStore(root: string, options: ImageOptions, clock: Clock, log: Log): Promise<Images> {
  await mkdir(root, { recursive: true, mode: 0o700 })
  // First out of the way: thousands of files need not be waited for.
  const trash = join(root, `${TRASH}${newUuid()}`)
  await rename(join(root, TEMPORARY), trash).catch(() => {})
  await mkdir(join(root, TEMPORARY), { mode: 0o700 })
  const old = (await readdir(root)).filter((name) => name.startsWith(TRASH))
  const emptied = Promise.allSettled(old.map((name) => removeTree(join(root, name))))
  return new Images({ root, options, clock, log, emptied })
}

const TRASH = 'trash-'

interface Parts {
  readonly root: string
  readonly options: ImageOptions
  readonly clock: Clock
  readonly log: Log
  readonly emptied: Promise<unknown>
}

export class Images implements ImageStore {
  readonly #parts: Parts
  readonly #turns = new Turns()
  readonly #looks = new Slots(LOOKS)
  readonly #pulls = new Slots(PULLS)
  readonly #unpacks = new Slots(UNPACKS)
  readonly #use: RecentUse
  /** Digests whose places to mount on have been seen to, with what for. */
  readonly #mountable = new Set<string>()
  readonly #closing = new AbortController()

  constructor(parts: Parts) {
    this.#parts = parts
    this.#use = new RecentUse(parts.clock)
  }

  async resolve(uri: string, architecture: string): Promise<ResolvedImage> {
    const address = parseImageUri(uri) ?? fail(new ImageFault('not-a-reference', uri))
    await requireTools(uri)
    if (this.#looks.isFull(sourceOf(address))) throw new ImageFault('busy', uri)
    const { digest, layers } = await this.#looks.take(sourceOf(address), () => this.#find(address, architecture, uri))
    const compressedBytes = layers.reduce((sum, { size }) => sum + size, 0)
    if (compressedBytes > this.#parts.options.limitBytes) throw new ImageFault('too-large', uri)
    return { digest, source: { uri, resolvedUri: resolvedImageUri(address, digest) } }
  }

  async unpacked({ resolvedUri }: ImageSource, use: ImageUse = 'function'): Promise<UnpackedImage> {
    const address = parseImageUri(resolvedUri)
    const digest = address?.digest
    if (address === undefined || digest === undefined) throw new ImageFault('not-a-reference', resolvedUri)
    this.#use.touch(digest)
    const place = join(this.#parts.root, digest)
    // A removal may be under way.
    return this.#turns.take(digest, async () => {
      if (!(await exists(place))) await this.#provide(address, digest, resolvedUri)
      await this.#makeMountable(digest, use, resolvedUri)
      const settings: ImageSettings = JSON.parse(await readFile(join(place, SETTINGS), 'utf8'))
      return { ...settings, directory: join(place, ROOT) }
    })
  }

  sizeBytes(digest: string): Promise<number> {
    return bytesIn(join(this.#parts.root, digest))
  }

  async collect(used: ReadonlySet<string>): Promise<void> {
    const names = await readdir(this.#parts.root)
    for (const digest of this.#use.takeUnused(names.filter(isDigest), used))
      await this.#turns.take(digest, () => this.#remove(digest))
  }

  /** What is being pulled is given up; the next start begins anew. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#parts.emptied
  }

  /** The manifest that the address means for an architecture. */
  async #find(address: ImageAddress, architecture: string, uri: string): Promise<Manifest> {
    const found = readManifest(await this.#manifest(address, uri), architecture, uri)
    if (typeof found !== 'string') return found
    const ofPlatform = await this.#manifest({ ...address, digest: found }, uri)
    const manifest = readManifest(ofPlatform, architecture, uri)
    return typeof manifest === 'string' ? fail(new ImageFault('unsupported', uri)) : manifest
  }

  async #manifest(address: ImageAddress, uri: string): Promise<Buffer> {
    const bytes = await this.#placeOf(address, uri).manifest()
    if (address.digest !== undefined && digestOf(bytes) !== address.digest) throw new ImageFault('unsupported', uri)
    return bytes
  }

  #placeOf(address: ImageAddress, uri: string): ImagePlace {
    const { options } = this.#parts
    const { registry } = address
    if (registry !== undefined) return registryPlace({ ...address, registry }, options, uri)
    return layoutPlace(address, options.layoutsDirectory ?? fail(new ImageFault('no-layouts', uri)), uri)
  }

  /** Once for each start of the server: one that an older program has unpacked may lack some of the places. */
  async #makeMountable(digest: string, use: ImageUse, uri: string): Promise<void> {
    const key = `${use} ${digest}`
    if (this.#mountable.has(key)) return
    await makeMountPoints(join(this.#parts.root, digest, ROOT), use, uri)
    this.#mountable.add(key)
  }

  #forgetMountable(digest: string): void {
    for (const use of ['function', 'runtime'] as const) this.#mountable.delete(`${use} ${digest}`)
  }

  /** Made aside and renamed: nobody finds half an image. */
  async #provide(address: ImageAddress, digest: string, uri: string): Promise<void> {
    const { root, options, log } = this.#parts
    await requireTools(uri)
    if (this.#pulls.isFull(sourceOf(address))) throw new ImageFault('busy', uri)
    const temporary = join(root, TEMPORARY, newUuid())
    await this.#pulls.take(sourceOf(address), async () => {
      await mkdir(temporary)
      try {
        log.info('a container image is pulled', { image: uri })
        const { limitBytes } = options
        await pullImage(this.#placeOf(address, uri), digest, temporary, {
          limitBytes,
          uri,
          signal: this.#closing.signal,
          inTurn: (unpack) => this.#unpacks.take('', unpack),
        })
        // It may have been there before, and been lost.
        this.#forgetMountable(digest)
        await publish(temporary, join(root, digest))
        log.info('a container image is ready', { image: uri })
      } finally {
        // A failure has a reason that must be told; the next start tries again.
        await removeTree(temporary).catch((cause) => log.warn('what is left of a pull could not be removed', { cause }))
      }
    })
  }

  async #remove(digest: string): Promise<void> {
    const { root, log } = this.#parts
    // Asked for since it was found to be unused.
    if (this.#use.isKnown(digest)) return
    try {
      const trash = join(root, TEMPORARY, newUuid())
      await rename(join(root, digest), trash)
      this.#forgetMountable(digest)
      await removeTree(trash)
      log.info('a container image was removed', { digest })
    } catch (cause) {
      log.error('a container image could not be removed', { digest, cause })
    }
  }
}

/** What may hang as a whole: a registry, or the disk with the layouts. */
const sourceOf = ({ registry = '' }: ImageAddress): string => registry

const isDigest = (name: string): boolean => /^[0-9a-f]{64}$/.test(name)
