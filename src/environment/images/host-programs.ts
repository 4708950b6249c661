import { strict as assert } from 'node:assert'
import { realpath } from 'node:fs/promises'
import { basename } from 'node:path'
import { findTool, runTool } from '#base'

/** A program of the host with all that it is made of, so that it also runs where the host's libraries are not seen. */
export interface HostProgram {
  readonly name: string
  readonly executable: string
  readonly libraries: readonly HostLibrary[]
  /** The name of the one that loads the others; undefined: the program needs none. */
  readonly loader: string | undefined
}

interface HostLibrary {
  /** As the program asks for it. */
  readonly name: string
  readonly path: string
}

/** What it takes to enter an image as nobody: `chroot` by its place on the host, the others inside. */
export interface EnteringPrograms {
  readonly chroot: string
  /** `setpriv` and `sh`. */
  readonly inside: readonly HostProgram[]
}

export async function findEnteringPrograms(): Promise<EnteringPrograms> {
  const [chroot, ...inside] = await Promise.all(['chroot', 'setpriv', 'sh'].map(findHostProgram))
  return { chroot: chroot?.executable ?? '', inside }
}

async function findHostProgram(name: string): Promise<HostProgram> {
  const found = await findTool(name)
  assert(found !== undefined, `${name} is on every host that runs images`)
  const executable = await realpath(found)
  const list = await runTool('ldd', [executable]).catch((error) => {
    if (/not a (valid )?dynamic/i.test(String(error))) return ''
    throw error
  })
  const libraries = list.split('\n').flatMap(readLibrary)
  const loader = libraries.find(({ name }) => /^ld-/.test(name))?.name
  return { name, executable, libraries, loader }
}

/** `libc.so.6 => /lib/libc.so.6 (0x7f)`, or `/lib64/ld-linux-x86-64.so.2 (0x7f)` for the loader itself. */
function readLibrary(line: string): HostLibrary[] {
  const [, name, path] = /^\s*(?:(\S+) => )?(\/\S+) \(0x/.exec(line) ?? []
  return path === undefined ? [] : [{ name: basename(name ?? path), path }]
}
