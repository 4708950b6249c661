import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { run } from './run.ts'
import { cleanEnvironment } from './server.ts'
import { type TarEntry, tarOf } from './tar.ts'

const source = join(import.meta.dirname, 'image-program')
const cache = join(import.meta.dirname, '../../.cache/image-program')

/** The bytes of a program that is a whole runtime, built once for each state of its source. */
export async function imageProgram(): Promise<Buffer> {
  const state = createHash('sha256')
    .update(readFileSync(join(source, 'main.go')))
    .digest('hex')
    .slice(0, 16)
  const program = join(cache, state)
  if (!existsSync(program)) {
    mkdirSync(cache, { recursive: true })
    const environment = { ...cleanEnvironment(), CGO_ENABLED: '0' }
    const env = { ...environment, PATH: `${process.env.PATH}:/usr/local/go/bin` }
    const unfinished = `${program}.${process.pid}`
    const { code, stderr } = await run('go', ['build', '-o', unfinished, '.'], { cwd: source, env })
    if (code !== 0) throw new Error(stderr)
    renameSync(unfinished, program)
  }
  return readFileSync(program)
}

/** Programs of this host with the libraries that they are linked to, as an image has them. */
export async function hostPrograms(...programs: readonly string[]): Promise<readonly TarEntry[]> {
  const { stdout } = await run('ldd', programs, { env: cleanEnvironment() })
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path)
  return [...new Set([...programs, ...libraries])].map((path) => ({
    name: path.slice(1),
    content: readFileSync(path),
    mode: 0o755,
  }))
}

/** As the configuration of an image names them. */
export interface ImageSetup {
  /** What is in each, or the archive itself. */
  readonly layers: readonly (readonly TarEntry[] | Buffer)[]
  readonly Entrypoint?: readonly string[]
  readonly Cmd?: readonly string[]
  readonly Env?: readonly string[]
  readonly WorkingDir?: string
}

/** Writes an OCI layout with one image under the tag `latest`; returns the digest of its manifest. */
export function writeLayout(directory: string, { layers, ...config }: ImageSetup): string {
  return writeIndex(directory, [writeManifest(directory, { layers, ...config })])
}

/** The same with an image for each of several architectures; returns the digest of the index. */
export function writeMultiLayout(directory: string, images: Readonly<Record<string, ImageSetup>>): string {
  const manifests = Object.entries(images).map(([architecture, setup]) => ({
    ...writeManifest(directory, setup),
    platform: { os: 'linux', architecture },
  }))
  const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests }
  return writeIndex(directory, [writeBlob(directory, index.mediaType, JSON.stringify(index))])
}

/** The digests of the layers, as a registry keeps them. */
export const layersOf = ({ layers }: ImageSetup): readonly string[] =>
  layers.map((layer) => sha256(gzipSync(archiveOf(layer))))

const archiveOf = (layer: ImageSetup['layers'][number]) => (Buffer.isBuffer(layer) ? layer : tarOf(layer))

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

function writeManifest(directory: string, { layers, ...config }: ImageSetup): Descriptor {
  const tars = layers.map(archiveOf)
  const configuration = {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: tars.map((tar) => `sha256:${sha256(tar)}`) },
  }
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: writeBlob(directory, 'application/vnd.oci.image.config.v1+json', JSON.stringify(configuration)),
    layers: tars.map((tar) => writeBlob(directory, 'application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(tar))),
  }
  return writeBlob(directory, mediaType, JSON.stringify(manifest))
}

function writeIndex(directory: string, [first]: readonly Descriptor[]): string {
  const annotations = { 'org.opencontainers.image.ref.name': 'latest' }
  writeFileSync(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  writeFileSync(
    join(directory, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...first, annotations }] }),
  )
  return first?.digest.replace('sha256:', '') ?? ''
}

function writeBlob(directory: string, mediaType: string, content: string | Buffer): Descriptor {
  const bytes = Buffer.from(content)
  const hex = sha256(bytes)
  mkdirSync(join(directory, 'blobs/sha256'), { recursive: true })
  writeFileSync(join(directory, 'blobs/sha256', hex), bytes)
  return { mediaType, digest: `sha256:${hex}`, size: bytes.length }
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
