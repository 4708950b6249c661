import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter } from 'node:path'

/** An interpreter that has been run once and has told who it is. */
export interface FoundInterpreter {
  /** `3.12` or `22`: the part that names a runtime. */
  readonly version: string
  readonly fullVersion: string
  readonly executable: string
  /** Where its library lives; undefined when the executable needs nothing else. */
  readonly prefix: string | undefined
}

/** Our runtime clients need these versions. */
const OLDEST_PYTHON_MINOR = 8
const OLDEST_NODE = 18

/** Directories that may hold interpreters: the search path first, then those of the usual version managers. */
export async function interpreterDirectories(): Promise<string[]> {
  const path = (process.env.PATH ?? '').split(delimiter).filter((directory) => directory.startsWith('/'))
  const home = homedir()
  const managed = await Promise.all([
    children(`${process.env.PYENV_ROOT ?? `${home}/.pyenv`}/versions`, '/bin'),
    children(`${home}/.local/share/uv/python`, '/bin'),
    children(`${process.env.NVM_DIR ?? `${home}/.nvm`}/versions/node`, '/bin'),
    children('/opt', '/bin'),
  ])
  return [...new Set([...path, '/usr/local/bin', '/usr/bin', '/opt/homebrew/bin', ...managed.flat()])]
}

/** Those of `candidates` that exist and work, in the same order. A shim of a version manager may exist and not work. */
export async function probeAll(
  candidates: readonly string[],
  probe: (executable: string) => Promise<FoundInterpreter | undefined>,
): Promise<FoundInterpreter[]> {
  const found = await Promise.all(
    candidates.map(async (path) => ((await isExecutable(path)) ? probe(path) : undefined)),
  )
  return found.filter((interpreter) => interpreter !== undefined)
}

export async function probePython(executable: string): Promise<FoundInterpreter | undefined> {
  const script =
    'import os, sys; print("%d.%d" % sys.version_info[:2], "%d.%d.%d" % sys.version_info[:3], os.path.realpath(sys.executable), sys.base_prefix, sep="\\n")'
  const [version, fullVersion, real, prefix] = await outputLines(executable, ['-I', '-S', '-c', script])
  if (version === undefined || Number(version.split('.')[1]) < OLDEST_PYTHON_MINOR) return undefined
  return fullVersion && real && prefix ? { version, fullVersion, executable: real, prefix } : undefined
}

export async function probeNode(executable: string): Promise<FoundInterpreter | undefined> {
  const [fullVersion, real] = await outputLines(executable, [
    '-p',
    '[process.versions.node, process.execPath].join("\\n")',
  ])
  const version = fullVersion?.split('.')[0]
  if (version === undefined || Number(version) < OLDEST_NODE) return undefined
  return fullVersion && real ? { version, fullVersion, executable: real, prefix: undefined } : undefined
}

async function children(directory: string, suffix: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => [])
  return names.map((name) => `${directory}/${name}${suffix}`)
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

function outputLines(executable: string, parameters: readonly string[]): Promise<string[]> {
  const { PATH = '', HOME = '' } = process.env
  return new Promise((resolve) => {
    execFile(executable, parameters, { timeout: 10_000, env: { PATH, HOME } }, (error, stdout) =>
      resolve(error ? [] : stdout.trim().split('\n')),
    )
  })
}
