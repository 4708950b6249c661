import {
  chmodSync,
  copyFileSync,
  type Dirent,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'

/**
 * Lays directories over each other in one that does not exist yet: what a later one has takes the place of what is at
 * the same path, only directories are joined. Files are hard links, so that they take no room.
 */
export function mergeDirectories(sources: readonly string[], directory: string): void {
  makeDirectory(directory)
  for (const source of sources) overlay(source, directory)
}

function overlay(source: string, target: string): void {
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)]
    // Looked at without following it: nothing is ever written through a link.
    const present = lstatSync(to, { throwIfNoEntry: false })
    const isJoined = entry.isDirectory() && present?.isDirectory()
    if (present && !isJoined) rmSync(to, { recursive: true })
    if (!isJoined) place(entry, from, to)
    if (entry.isDirectory()) overlay(from, to)
  }
}

function place(entry: Dirent, from: string, to: string): void {
  if (entry.isDirectory()) makeDirectory(to)
  else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(from), to)
  else linkOrCopy(from, to)
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch {
    // A file system without hard links, or more of them than it allows.
    copyFileSync(from, to)
  }
}

/** Set apart from the creation, where the umask would take bits away. */
export function makeDirectory(path: string): void {
  mkdirSync(path)
  chmodSync(path, 0o755)
}
