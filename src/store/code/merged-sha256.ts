import { createHash } from 'node:crypto'

/** What packages that are laid over each other are kept as: named by their order too. One alone is itself. */
export function mergedSha256(sha256s: readonly string[]): string {
  const [only] = sha256s
  if (only !== undefined && sha256s.length === 1) return only
  return createHash('sha256').update(sha256s.join(' ')).digest('base64')
}
