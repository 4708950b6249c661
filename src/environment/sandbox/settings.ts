import { chmodSync, copyFileSync, mkdirSync, renameSync, rmSync, type Stats, statSync } from 'node:fs'
import { basename } from 'node:path'

/** Files of the host's `/etc` as environments see them. */
export interface Settings {
  /** Arguments of bubblewrap. */
  view(): readonly string[]
}

export const SEEN_SETTINGS = '/run/lambent/settings'

/**
 * To show a file costs bubblewrap half a millisecond. So copies of all are shown as one directory, with links to them
 * where they belong; a file that the host has changed is copied anew for the next environment.
 */
export function openSettings(directory: string, paths: readonly string[]): Settings {
  const copied = new Map<string, string>()
  mkdirSync(directory, { recursive: true })
  // Whatever the server's own mask says.
  chmodSync(directory, 0o755)

  function refresh(path: string): boolean {
    const copy = `${directory}/${basename(path)}`
    const status = statSync(path, { throwIfNoEntry: false })
    const state = status?.isFile() ? stateOf(status) : undefined
    if (state !== undefined && copied.get(path) === state) return true
    copied.delete(path)
    if (state === undefined) {
      rmSync(copy, { force: true })
      return false
    }
    copyFileSync(path, `${copy}.new`)
    chmodSync(`${copy}.new`, 0o644)
    renameSync(`${copy}.new`, copy)
    copied.set(path, state)
    return true
  }

  return {
    view() {
      const links = paths.filter(refresh).flatMap((path) => ['--symlink', `${SEEN_SETTINGS}/${basename(path)}`, path])
      return ['--ro-bind', directory, SEEN_SETTINGS, ...links]
    },
  }
}

const stateOf = ({ ino, size, mtimeMs, ctimeMs }: Stats) => [ino, size, mtimeMs, ctimeMs].join()
