import { readdirSync } from 'node:fs'
import type { EnvironmentSpec } from '../environment-spec.ts'
import type { Launch } from '../runtimes/launcher.ts'
import type { Runtime } from '../runtimes/runtime.ts'

/** The size of `/tmp` that prepared sandboxes have: the one that a function has unless it asks for another. */
export const PREPARED_STORAGE_MB = 512

/** Of a runtime whose processes can wait to be told their function. */
export type PreparableLaunch = Launch & {
  readonly runtime: Runtime
  readonly waitingCommand: NonNullable<Launch['waitingCommand']>
}

/** Read-only layers could not take in an interpreter that the host keeps below its own `/opt`. */
export const isPreparable = (launch: Launch): launch is PreparableLaunch =>
  launch.runtime !== undefined &&
  launch.waitingCommand !== undefined &&
  !/^\/opt(\/|$)/.test(launch.interpreter?.prefix ?? '')

/**
 * Whether a function can tell a process that was started before it was known from one that was started for it. Those
 * that could are started the ordinary way.
 */
export function isSuitable(spec: EnvironmentSpec): boolean {
  const { ephemeralStorageMb, fileSystems, variables, isProvisioned = false } = spec
  // Nobody waits for one that is provisioned.
  if (isProvisioned || ephemeralStorageMb !== PREPARED_STORAGE_MB || fileSystems.length > 0) return false
  if (Object.keys(variables).some((name) => READ_AT_START.test(name))) return false
  return !bringsLibraries(spec)
}

/** What the loader, the C library, and the interpreters read of their variables before any code of a function runs. */
const READ_AT_START =
  /^(AWS_LAMBDA_EXEC_WRAPPER|(LD|LC|NODE|PYTHON|UV|MALLOC|GLIBC|ICU|OPENSSL|SSL)_.*|PYTHON.*|LANG|LANGUAGE|LOCPATH|NLSPATH|TZDIR|HOME|GCONV_PATH)$/

/**
 * The loader prefers these directories, `LD_LIBRARY_PATH`, also for the interpreter's own libraries. They are read at
 * once, because a turn of the thread pool takes longer than they do.
 */
function bringsLibraries({ codeDirectory, layersDirectory }: EnvironmentSpec): boolean {
  const directories = [codeDirectory, `${codeDirectory}/lib`, ...(layersDirectory ? [`${layersDirectory}/lib`] : [])]
  return directories.flatMap(namesIn).some((name) => LIBRARY.test(name))
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    // Few have all of them.
    return []
  }
}

/** Or where the loader looks for those that are made for one kind of processor. */
const LIBRARY = /\.so(\.|$)|^(glibc-hwcaps|tls|haswell|x86_64|aarch64)$/
