import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageSettings } from '../image-store.ts'

/** The part of an image's configuration that its processes are started by. */
interface ImageConfiguration {
  readonly config?: {
    readonly Entrypoint?: readonly string[] | null
    readonly Cmd?: readonly string[] | null
    readonly WorkingDir?: string
    readonly Env?: readonly string[] | null
  }
}

/** Of the only image in a layout. */
export async function readImageSettings(layout: string): Promise<ImageSettings> {
  const read = async (file: string) => JSON.parse(await readFile(join(layout, file), 'utf8'))
  const blob = ({ digest }: { readonly digest: string }) => read(`blobs/${digest.replace(':', '/')}`)
  const [entry] = (await read('index.json')).manifests
  const { config = {} }: ImageConfiguration = await blob((await blob(entry)).config)
  return {
    entryPoint: config.Entrypoint ?? [],
    command: config.Cmd ?? [],
    workingDirectory: config.WorkingDir || '/',
    variables: Object.fromEntries((config.Env ?? []).map(pairOf)),
  }
}

/** `NAME=value`; the value may have further signs of equality. */
function pairOf(text: string): [name: string, value: string] {
  const [name = '', ...rest] = text.split('=')
  return [name, rest.join('=')]
}
