import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hostPrograms, type ImageSetup } from '../support/images.ts'
import { hostPython } from '../support/python-image.ts'
import type { TarEntry } from '../support/tar.ts'

/** Programs that attacks use: one to give the set-user-ID bit, and one that makes sandboxes. */
const PROGRAMS = ['/usr/bin/env', '/usr/bin/bwrap']

/** Whatever the image's maker can bring about by its files: programs with rights, directories that are open to all. */
export async function attackerImage(code: Readonly<Record<string, string>>): Promise<ImageSetup> {
  const { executable, files } = await hostPython()
  const programs = (await hostPrograms(...PROGRAMS)).filter(({ name }) => !files.some((file) => file.name === name))
  const taken = programs.map((entry) => (entry.name === 'usr/bin/env' ? { ...entry, mode: 0o6755 } : entry))
  const task = Object.entries(code).map(([name, content]) => ({ name: `var/task/${name}`, content }))
  const run = { name: 'run.py', content: readFileSync(join(import.meta.dirname, 'image/run.py')) }
  return {
    layers: [[...OPEN_TO_ALL, ...files, ...taken, ...task, run]],
    Entrypoint: [executable, '/run.py'],
    WorkingDir: '/var/task',
    Env: ['PATH=/usr/bin'],
  }
}

const OPEN_TO_ALL: readonly TarEntry[] = [
  ...['var/', 'var/task/', 'var/runtime/', 'opt/', 'etc/', 'usr/', 'usr/bin/', 'usr/lib/', 'run/', 'sys/', 'mnt/'],
].map((name) => ({ name, mode: 0o777 }))
