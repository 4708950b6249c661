import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Log } from '#base'
import type { FoundInterpreter } from './find-executables.ts'
import type { Interpreted } from './runtime.ts'

/** What runs inside an environment on our behalf. */
export interface RuntimeClient {
  readonly directory: string
  readonly script: string
  /** The interpreter's names in `/var/lang/bin`, the main one first. */
  readonly commands: readonly [string, ...string[]]
}

export interface RuntimeClients {
  provide(family: Interpreted['family'], interpreter: FoundInterpreter): Promise<RuntimeClient>
}

export function openRuntimeClients(runtimesDirectory: string, log: Log): RuntimeClients {
  const compiled = new Map<string, Promise<string>>()

  /** Python cannot keep its bytecode in a read-only place, and compiling anew would cost every cold start some time. */
  function compiledPython(interpreter: FoundInterpreter): Promise<string> {
    const known = compiled.get(interpreter.executable) ?? compilePython(runtimesDirectory, interpreter)
    compiled.set(interpreter.executable, known)
    return known.catch((error) => {
      log.warn('the Python runtime could not be compiled ahead', { executable: interpreter.executable, error })
      return source('python')
    })
  }

  return {
    provide: async (family, interpreter) =>
      family === 'nodejs'
        ? { directory: source('nodejs'), script: 'bootstrap.cjs', commands: ['node'] }
        : {
            directory: await compiledPython(interpreter),
            script: 'bootstrap.py',
            commands: [`python${interpreter.version}`, 'python3', 'python'],
          },
  }
}

const source = (family: Interpreted['family']) =>
  fileURLToPath(new URL(`../runtime-clients/${family}`, import.meta.url)).replace(/\/$/, '')

/** A copy per version of Python and of the client; made aside and renamed, because servers share the directory. */
async function compilePython(
  runtimesDirectory: string,
  { executable, fullVersion }: FoundInterpreter,
): Promise<string> {
  const directory = `${runtimesDirectory}/python-${fullVersion}-client-${await contentHash(source('python'))}`
  if (await exists(directory)) return directory
  await mkdir(runtimesDirectory, { recursive: true })
  const unfinished = await mkdtemp(`${runtimesDirectory}/.unfinished-`)
  try {
    await chmod(unfinished, 0o755)
    for (const name of await pythonFiles(source('python')))
      await cp(`${source('python')}/${name}`, `${unfinished}/${name}`)
    const options = [
      '-I',
      '-S',
      '-m',
      'compileall',
      '-q',
      '--invalidation-mode',
      'unchecked-hash',
      '-d',
      '/var/runtime',
    ]
    await promisify(execFile)(executable, [...options, unfinished], { timeout: 30_000, env: {} })
    await rename(unfinished, directory)
  } catch (error) {
    // Another server may have been faster.
    if (!(await exists(directory))) throw error
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return directory
}

async function contentHash(directory: string): Promise<string> {
  const hash = createHash('sha256')
  for (const name of await pythonFiles(directory)) hash.update(name).update(await readFile(`${directory}/${name}`))
  return hash.digest('hex').slice(0, 12)
}

const pythonFiles = async (directory: string) =>
  (await readdir(directory)).filter((name) => name.endsWith('.py')).sort()

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )
