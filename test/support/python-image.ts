import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { hostPrograms } from './images.ts'
import { run } from './run.ts'
import { cleanEnvironment } from './server.ts'
import type { TarEntry } from './tar.ts'

/** The distribution's, whatever else is on the search path. */
const PYTHON = '/usr/bin/python3'
/** Of the standard library: what takes much room, and nobody here imports. */
const LEFT_OUT = /^(__pycache__|test|idlelib|lib2to3|ensurepip|pydoc_data|tkinter|unittest|turtledemo|config-.*)$/

export interface HostPython {
  /** Such as `3.11`. */
  readonly version: string
  /** Where it is on the host, and in an image with these files. */
  readonly executable: string
  readonly files: readonly TarEntry[]
}

/** This host's Python with its standard library and the libraries that they are linked to, as an image has them. */
export async function hostPython(): Promise<HostPython> {
  const executable = realpathSync(PYTHON)
  const script = 'import sys, sysconfig; print("%d.%d" % sys.version_info[:2], sysconfig.get_path("stdlib"), sep="\\n")'
  const { stdout } = await run(executable, ['-I', '-c', script], { env: cleanEnvironment() })
  const [version = '', library = ''] = stdout.trim().split('\n')
  const files = filesBelow(library)
  const modules = files.filter((file) => file.endsWith('.so'))
  const texts = files.filter((file) => !modules.includes(file))
  return {
    version,
    executable,
    files: [
      ...(await hostPrograms(executable, ...modules)),
      { name: PYTHON.slice(1), linkTo: executable },
      ...texts.map((file) => ({ name: file.slice(1), content: readFileSync(file) })),
    ],
  }
}

const filesBelow = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    if (LEFT_OUT.test(entry.name)) return []
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : []
  })
