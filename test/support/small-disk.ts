import { execFileSync } from 'node:child_process'
import { closeSync, fstatSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of its own, that can be full and can fail. Only root can make one. */
export interface SmallDisk extends Disposable {
  /** Where it is mounted. */
  readonly path: string
  /** Takes all room that is left; tells whether there was any. */
  fill(): boolean
  /** Gives back what `fill` took. */
  makeRoom(): void
  /** Nothing can be written any more, as when the kernel finds the disk broken. */
  breakDown(): void
  /** Whoever uses it must have ended. */
  repair(): void
}

const MEGABYTE = Buffer.alloc(1024 * 1024)

export function createSmallDisk(sizeMb: number): SmallDisk {
  const home = mkdtempSync(join(tmpdir(), 'lambent-disk-'))
  const [image, repaired, path] = [join(home, 'image'), join(home, 'repaired'), join(home, 'disk')]
  const filling = join(path, 'filling')
  const mount = (from: string) => execFileSync('mount', ['-o', 'loop', from, path])
  const unmount = () => execFileSync('umount', [path])
  mkdirSync(path)
  execFileSync('truncate', ['-s', `${sizeMb}M`, image])
  execFileSync('mkfs.ext4', ['-q', '-F', '-m', '0', image])
  mount(image)
  return {
    path,
    fill: () => fillFile(filling),
    makeRoom: () => rmSync(filling),
    breakDown: () => execFileSync('mount', ['-o', 'remount,abort', path]),
    repair: () => {
      unmount()
      // A copy: servers of other tests, started meanwhile, may hold the broken one in their mount namespaces.
      execFileSync('cp', ['--sparse=always', image, repaired])
      mount(repaired)
    },
    [Symbol.dispose]: () => {
      unmount()
      rmSync(home, { recursive: true })
    },
  }
}

function fillFile(path: string): boolean {
  const file = openSync(path, 'a')
  try {
    const before = fstatSync(file).size
    for (const size of [MEGABYTE.length, 4096, 1]) writeUntilFull(file, MEGABYTE.subarray(0, size))
    return fstatSync(file).size > before
  } finally {
    closeSync(file)
  }
}

function writeUntilFull(file: number, bytes: Buffer): void {
  try {
    while (writeSync(file, bytes) > 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}
