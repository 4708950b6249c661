import { chmodSync, mkdirSync } from 'node:fs'

// Functions run as users that are nobody else: everybody may look.
const MODE = 0o755

/** The mode is set apart from the creation, where the umask would take bits away. */
export function makeDirectory(path: string): void {
  mkdirSync(path)
  chmodSync(path, MODE)
}
