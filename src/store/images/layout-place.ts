import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageAddress } from '#resources'
import { ImageFault } from '../errors.ts'
import type { ImagePlace } from './image-place.ts'
import { skopeo } from './image-tools.ts'
import { hexDigest } from './manifest.ts'
import { COPY_TIMEOUT_MS } from './registry-place.ts'

/** How an OCI layout says which of its manifests a tag means. */
const TAG = 'org.opencontainers.image.ref.name'

interface Entry {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly annotations?: Readonly<Record<string, string>>
}

/** An OCI layout: a directory with an index of tags, and blobs by their digests. */
export function layoutPlace({ repository, tag, digest }: ImageAddress, root: string, uri: string): ImagePlace {
  const layout = join(root, repository)
  const blob = (hex: string) => join(layout, 'blobs/sha256', hex)
  const missing = (cause: unknown): never => {
    throw new ImageFault('not-found', uri, cause)
  }

  async function tagged(): Promise<string> {
    const entries = await readFile(join(layout, 'index.json'), 'utf8').then(entriesIn).catch(missing)
    const found = entries.find(({ annotations }) => annotations?.[TAG] === tag)
    return found === undefined ? missing(undefined) : hexDigest(found.digest, uri)
  }

  return {
    manifest: async () => readFile(blob(digest ?? (await tagged()))).catch(missing),
    async copy(pinned, directory, signal) {
      await makeView(join(directory, 'source'), layout, pinned, await readFile(blob(pinned)).catch(missing))
      const limits = { timeoutMs: COPY_TIMEOUT_MS, directory, signal }
      await skopeo(['copy', '--quiet', 'oci:source:image', 'oci:layout:image'], limits).catch((cause) => {
        throw new ImageFault('unsupported', uri, cause)
      })
    },
  }
}

function entriesIn(text: string): readonly Entry[] {
  const { manifests }: { readonly manifests?: unknown } = JSON.parse(text)
  return Array.isArray(manifests) ? manifests.filter((entry) => entry !== null) : []
}

/** The same blobs under an index of one manifest: tags may have moved, and tools of today find images by tags only. */
async function makeView(view: string, layout: string, digest: string, manifest: Buffer): Promise<void> {
  await mkdir(view)
  await symlink(join(layout, 'blobs'), join(view, 'blobs'))
  await writeFile(join(view, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  const { mediaType = 'application/vnd.oci.image.manifest.v1+json' } = JSON.parse(manifest.toString())
  const entry: Entry = {
    mediaType,
    digest: `sha256:${digest}`,
    size: manifest.length,
    annotations: { [TAG]: 'image' },
  }
  await writeFile(join(view, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }))
}
