import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { cp, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { provideJavaClient } from '../src/environment/runtimes/fetch-java-client.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const sources = join(root, 'test/clients/programs')
const cache = join(root, '.cache')

/** The programs of test/clients, each with AWS's own runtime client of its language. */
export const CLIENTS = ['go', 'rust', 'python', 'node', 'java'] as const
export type Client = (typeof CLIENTS)[number]

/** Where the deployment package of a program lies, unpacked; one for each state of its sources. */
export const packageOf = (client: Client) => join(cache, 'clients', `${client}-${stateOf(client)}`)

/** Builds what is not in the cache, all at once; the sentences tell what failed. */
export async function buildClients(): Promise<string[]> {
  const missing = CLIENTS.filter((client) => !existsSync(packageOf(client)))
  if (missing.length > 0)
    console.error(`lambent: building programs with AWS's runtime clients (once): ${missing.join(', ')}`)
  return (await Promise.all(missing.map(build))).filter((failure) => failure !== undefined)
}

async function build(client: Client): Promise<string | undefined> {
  const place = join(cache, 'clients', `.unfinished-${client}`)
  const into = join(place, 'package')
  try {
    await rm(place, { recursive: true, force: true })
    await mkdir(into, { recursive: true })
    await BUILDS[client]({ from: join(sources, client), into, scratch: join(place, 'scratch') })
    await rename(into, packageOf(client))
    return undefined
  } catch (error) {
    return `the program in ${client}: ${error instanceof Error ? error.message : error}`
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

interface Place {
  readonly from: string
  readonly into: string
  /** What compilers leave; it goes when the build has ended. */
  readonly scratch: string
}

const BUILDS: Readonly<Record<Client, (place: Place) => Promise<unknown>>> = {
  go: ({ from, into, scratch }) =>
    run('go', ['build', '-tags', 'lambda.norpc', '-ldflags', '-s -w', '-o', join(into, 'bootstrap'), '.'], {
      cwd: from,
      env: { ...process.env, CGO_ENABLED: '0', GOCACHE: scratch, GOFLAGS: '-buildvcs=false' },
    }),
  rust: async ({ from, into, scratch }) => {
    await run('cargo', ['build', '--locked', '--quiet', '--target-dir', scratch], { cwd: from })
    await cp(join(scratch, 'debug/bootstrap'), join(into, 'bootstrap'))
  },
  python: async ({ from, into }) => {
    const list = join(from, 'requirements.txt')
    await run(join(cache, 'python/bin/python'), ['-m', 'pip', 'install', '--quiet', '--target', into, '-r', list])
    for (const file of ['app.py', 'wrapper']) await cp(join(from, file), join(into, file))
  },
  // Its native part is compiled by the scripts of the package; the tools for that stay behind.
  node: async ({ from, into, scratch }) => {
    await cp(from, scratch, { recursive: true })
    await run('npm', ['ci', '--no-fund', '--no-audit'], { cwd: scratch, env: { ...process.env, ...nodeHeaders() } })
    for (const file of ['app.mjs', 'wrapper']) await cp(join(from, file), join(into, file))
    for (const file of [
      'aws-lambda-ric/index.mjs',
      'aws-lambda-ric/package.json',
      'aws-lambda-ric/rapid-client.node',
      '@aws',
    ])
      await cp(join(scratch, 'node_modules', file), join(into, 'node_modules', file), { recursive: true })
  },
  java: async ({ from, into }) => {
    const client = await provideJavaClient(join(cache, 'runtimes'))
    await run('javac', ['--release', '11', '-classpath', `${client}/*`, '-d', into, join(from, 'Handler.java')])
  },
}

/** Those of an installed Node.js need not be fetched; native parts fit all versions. */
function nodeHeaders(): Record<string, string> {
  const prefixes = (process.env.PATH ?? '').split(':').map(dirname)
  const nodedir = prefixes.find((prefix) => existsSync(join(prefix, 'include/node/node_api.h')))
  return nodedir === undefined ? {} : { npm_config_nodedir: nodedir }
}

/** Of everything that a build reads. */
function stateOf(client: Client): string {
  const hash = createHash('sha256')
  for (const file of globSync('**/*', { cwd: join(sources, client), withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort())
    hash.update(file.slice(sources.length)).update('\0').update(readFileSync(file))
  return hash.digest('hex').slice(0, 16)
}
