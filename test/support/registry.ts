import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type ImageSetup, layersOf, writeLayout, writeMultiLayout } from './images.ts'
import { run } from './run.ts'
import { cleanEnvironment } from './server.ts'

/** A registry of container images of its own, without TLS. */
export interface Registry {
  /** `host:port` */
  readonly host: string
  /** Pushes an image as `<name>:<tag>`, with options of skopeo's; returns its digest. */
  push(reference: string, image: ImageSetup, options?: readonly string[]): Promise<string>
  /** Pushes an index with an image for each architecture; returns its digest. */
  pushIndex(reference: string, images: Readonly<Record<string, ImageSetup>>): Promise<string>
  /** The same as `push`, but the registry loses the layers at once. */
  pushWithoutLayers(reference: string, image: ImageSetup): Promise<string>
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Whom the registry lets in; undefined: everybody. */
export interface RegistryUser {
  readonly name: string
  /** As htpasswd keeps it. */
  readonly hash: string
  readonly password: string
}

export async function startRegistry(user?: RegistryUser): Promise<Registry> {
  const home = mkdtempSync(join(tmpdir(), 'lambent-registry-'))
  writeFileSync(join(home, 'users'), user === undefined ? '' : `${user.name}:${user.hash}\n`)
  writeFileSync(join(home, 'registry.json'), JSON.stringify(settings(home, user !== undefined)))
  // YAML is a superset of JSON.
  const child = spawn('docker-registry', ['serve', join(home, 'registry.json')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: cleanEnvironment(),
  })
  const exited = once(child, 'exit')
  const host = await new Promise<string>((resolve, reject) => {
    const lines: string[] = []
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line)
      const address = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1]
      if (address !== undefined) resolve(address)
    })
    child.once('error', reject)
    exited.then(() => reject(new Error(`the registry ended before it was ready:\n${lines.join('\n')}`)))
  })
  let layouts = 0

  async function pushLayout(
    reference: string,
    write: (directory: string) => string,
    options: readonly string[] = ['--all', '--preserve-digests'],
  ): Promise<string> {
    const layout = join(home, `layout-${layouts++}`)
    mkdirSync(layout)
    write(layout)
    const digestFile = join(layout, 'digest')
    const credentials = user === undefined ? [] : ['--dest-creds', `${user.name}:${user.password}`]
    const [from, to] = [`oci:${layout}:latest`, `docker://${host}/${reference}`]
    const { code, stderr } = await run(
      'skopeo',
      [
        '--insecure-policy',
        'copy',
        ...options,
        '--digestfile',
        digestFile,
        '--dest-tls-verify=false',
        ...credentials,
        from,
        to,
      ],
      {
        env: cleanEnvironment(),
      },
    )
    if (code !== 0) throw new Error(stderr)
    return readFileSync(digestFile, 'utf8').trim().replace('sha256:', '')
  }

  async function stop(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await exited
  }

  return {
    host,
    push: (reference, image, options) => pushLayout(reference, (layout) => writeLayout(layout, image), options),
    pushIndex: (reference, images) => pushLayout(reference, (layout) => writeMultiLayout(layout, images)),
    async pushWithoutLayers(reference, image) {
      const digest = await pushLayout(reference, (layout) => writeLayout(layout, image))
      for (const layer of layersOf(image))
        rmSync(join(home, 'data/docker/registry/v2/blobs/sha256', layer.slice(0, 2), layer), { recursive: true })
      return digest
    },
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

const settings = (home: string, isClosed: boolean) => ({
  version: '0.1',
  // It says where it listens at this level.
  log: { level: 'info', accesslog: { disabled: true } },
  storage: { filesystem: { rootdirectory: join(home, 'data') } },
  http: { addr: '127.0.0.1:0' },
  ...(isClosed && { auth: { htpasswd: { realm: 'tests', path: join(home, 'users') } } }),
})
