import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname } from 'node:path'

/** An interpreter that has been run once and has told who it is. */
export interface FoundInterpreter {
  /** `3.12` or `22`: the part that names a runtime. */
  readonly version: string
  readonly fullVersion: string
  readonly executable: string
  /** Where its library lives; undefined when the executable needs nothing else. */
  readonly prefix: string | undefined
}

/** How an interpreter is asked who it is. */
export interface Probe {
  readonly parameters: readonly string[]
  /** Reads what it has printed; undefined: it is none that our clients run on. */
  read(lines: readonly string[]): FoundInterpreter | undefined
}

/** Our runtime clients need these versions. */
const OLDEST_PYTHON_MINOR = 8
const OLDEST_NODE = 18
const OLDEST_JAVA = 8
const OLDEST_RUBY = 2.7

/** Directories that may hold interpreters: the search path first, then the usual places and those of the language. */
export async function interpreterDirectories(places: readonly string[]): Promise<string[]> {
  const path = (process.env.PATH ?? '').split(delimiter).filter((directory) => directory.startsWith('/'))
  const found = await Promise.all([...places, '/opt/*/bin'].map(expand))
  return [...new Set([...path, '/usr/local/bin', '/usr/bin', '/opt/homebrew/bin', ...found.flat()])]
}

/** Those of `candidates` that exist and work, in the same order. A shim of a version manager may exist and not work. */
export async function probeAll(candidates: readonly string[], probe: Probe): Promise<FoundInterpreter[]> {
  const found = await Promise.all(
    candidates.map(async (path) =>
      (await isExecutable(path)) ? probe.read(await outputLines(path, probe.parameters)) : undefined,
    ),
  )
  return found.filter((interpreter) => interpreter !== undefined)
}

const PYTHON_SCRIPT =
  'import os, sys; print("%d.%d" % sys.version_info[:2], "%d.%d.%d" % sys.version_info[:3], os.path.realpath(sys.executable), sys.base_prefix, sep="\\n")'

export const probePython: Probe = {
  parameters: ['-I', '-S', '-c', PYTHON_SCRIPT],
  read([version, fullVersion, real, prefix]) {
    if (version === undefined || Number(version.split('.')[1]) < OLDEST_PYTHON_MINOR) return undefined
    return fullVersion && real && prefix ? { version, fullVersion, executable: real, prefix } : undefined
  },
}

export const probeNode: Probe = {
  parameters: ['-p', '[process.versions.node, process.execPath].join("\\n")'],
  read([fullVersion, real]) {
    const version = fullVersion?.split('.')[0]
    if (version === undefined || Number(version) < OLDEST_NODE) return undefined
    return fullVersion && real ? { version, fullVersion, executable: real, prefix: undefined } : undefined
  },
}

export const probeJava: Probe = {
  parameters: ['-XshowSettings:properties', '-version'],
  read: readJava,
}

function readJava(lines: readonly string[]): FoundInterpreter | undefined {
  const value = (name: string) => lines.map((line) => line.split(' = ')).find(([key]) => key?.trim() === name)?.[1]
  const [fullVersion, home] = [value('java.version'), value('java.home')]
  // Java 8 calls itself 1.8.
  const version = /^(?:1\.)?(\d+)/.exec(fullVersion ?? '')?.[1]
  if (fullVersion === undefined || home === undefined || Number(version) < OLDEST_JAVA) return undefined
  // A JDK of version 8 has its runtime in a directory of its own, beside libraries that it needs.
  const prefix = home.endsWith('/jre') ? dirname(home) : home
  return version ? { version, fullVersion, executable: `${home}/bin/java`, prefix } : undefined
}

const RUBY_SCRIPT = 'puts RUBY_VERSION, File.realpath(RbConfig.ruby), RbConfig::CONFIG["prefix"]'

export const probeRuby: Probe = {
  parameters: ['--disable=gems', '-rrbconfig', '-e', RUBY_SCRIPT],
  read([fullVersion, real, prefix]) {
    const version = /^\d+\.\d+/.exec(fullVersion ?? '')?.[0]
    if (version === undefined || Number(version) < OLDEST_RUBY) return undefined
    return fullVersion && real && prefix ? { version, fullVersion, executable: real, prefix } : undefined
  },
}

/** `*` in a path stands for every name there is. */
async function expand(path: string): Promise<string[]> {
  const [directory = '', suffix] = path.split('/*')
  if (suffix === undefined) return [path]
  const names = await readdir(directory).catch(() => [])
  return names.map((name) => `${directory}/${name}${suffix}`)
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** What it prints, wherever to. */
function outputLines(executable: string, parameters: readonly string[]): Promise<string[]> {
  const { PATH = '', HOME = homedir() } = process.env
  return new Promise((resolve) => {
    execFile(executable, parameters, { timeout: 10_000, env: { PATH, HOME } }, (error, stdout, stderr) =>
      resolve(error ? [] : (stdout || stderr).trim().split('\n')),
    )
  })
}
