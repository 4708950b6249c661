import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { type Log, newUuid } from '#base'
import type { RuntimeImage } from '#resources'
import { publish, writeDurably } from '../code/durable-file.ts'
import { Turns } from '../code/turns.ts'
import type { RuntimeImageStore } from '../runtime-image-store.ts'
import { TEMPORARY } from './open-image-store.ts'

const FILE = 'runtimes.json'

/**
 * A file beside the images, replaced as a whole: like them it is about this host, and there are no more entries than
 * runtimes. `root` is the directory of the image store, which is open.
 */
export async function openRuntimeImages(root: string, log: Log): Promise<RuntimeImageStore> {
  const file = join(root, FILE)
  const turns = new Turns()
  let images = await readImages(file, log)

  /** One change after the other, each of what the last one left. */
  function change(next: () => ReadonlyMap<string, RuntimeImage>): Promise<void> {
    return turns.take(FILE, async () => {
      const changed = next()
      const temporary = join(root, TEMPORARY, newUuid())
      await writeDurably(temporary, Buffer.from(JSON.stringify([...changed.values()])))
      await publish(temporary, file)
      images = changed
    })
  }

  return {
    list: () => [...images.values()].toSorted((a, b) => (a.runtime < b.runtime ? -1 : 1)),
    get: (runtime) => images.get(runtime),
    put: (image) => change(() => new Map([...images, [image.runtime, image]])),
    async remove(runtime) {
      const isThere = images.has(runtime)
      if (isThere) await change(() => new Map([...images].filter(([name]) => name !== runtime)))
      return isThere
    },
  }
}

/** Neither a damaged file nor that of a newer server keeps this one from starting: runtimes can be pulled again. */
async function readImages(file: string, log: Log): Promise<ReadonlyMap<string, RuntimeImage>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]'
    throw error
  })
  const images = imagesIn(text)
  if (images === undefined) {
    await rename(file, `${file}.unreadable`)
    log.error('the list of runtimes in images could not be read and was put aside: pull them again', { file })
  }
  return new Map(images?.map((image) => [image.runtime, image]))
}

/** Undefined when it is not what this server writes. */
function imagesIn(text: string): readonly RuntimeImage[] | undefined {
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) && list.every(isRuntimeImage) ? list : undefined
  } catch {
    return undefined
  }
}

/** Nothing else is used of one. */
function isRuntimeImage(value: Partial<RuntimeImage> | null): value is RuntimeImage {
  const { runtime, digest, sizeBytes, pulledMs, interpreter = '', source } = value ?? {}
  const texts = [runtime, digest, interpreter, source?.uri, source?.resolvedUri]
  return texts.every((text) => typeof text === 'string') && [sizeBytes, pulledMs].every(Number.isSafeInteger)
}
