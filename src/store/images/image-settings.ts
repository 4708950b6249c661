import { strict as assert } from 'node:assert'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageSettings } from '../image-store.ts'
import { architectureIn } from './manifest.ts'

/** The part of an image's configuration that its processes are started by. */
interface ImageConfiguration {
  readonly architecture?: unknown
  readonly config?: {
    readonly Entrypoint?: unknown
    readonly Cmd?: unknown
    readonly WorkingDir?: unknown
    readonly Env?: unknown
  } | null
}

/** Of the only image in a layout. */
export async function readImageSettings(layout: string): Promise<ImageSettings> {
  const read = async (file: string) => JSON.parse(await readFile(join(layout, file), 'utf8'))
  const blob = ({ digest }: { readonly digest: string }) => read(`blobs/${digest.replace(':', '/')}`)
  const [entry] = (await read('index.json')).manifests
  const { config, architecture }: ImageConfiguration = await blob((await blob(entry)).config)
  return {
    entryPoint: textsIn(config?.Entrypoint),
    command: textsIn(config?.Cmd),
    workingDirectory: textsIn([config?.WorkingDir || '/']).join(''),
    variables: Object.fromEntries(textsIn(config?.Env).map(pairOf)),
    ...(typeof architecture === 'string' && { architecture: architectureIn(architecture) }),
  }
}

/** Of what an image's author wrote, only what a process can be given. */
function textsIn(list: unknown): readonly string[] {
  const texts: unknown = list ?? []
  assert(Array.isArray(texts), 'what is said of a process are lists')
  for (const text of texts) assert(typeof text === 'string' && !text.includes('\0'), 'lists are of texts without NUL')
  return texts
}

/** `NAME=value`; the value may have further signs of equality. */
function pairOf(text: string): [name: string, value: string] {
  const [name = '', ...rest] = text.split('=')
  return [name, rest.join('=')]
}
