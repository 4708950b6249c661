import { LATEST, LATEST_PUBLISHED } from '#resources'

// Versions are kept as numbers, so that 10 comes after 9; `$LATEST` is 0 and comes first, `$LATEST.PUBLISHED` comes last.
const LAST = 10 ** 15

/** Undefined for what cannot be a version. */
export function numberOf(version: string): number | undefined {
  if (version === LATEST) return 0
  if (version === LATEST_PUBLISHED) return LAST
  return /^[1-9]\d{0,14}$/.test(version) ? Number(version) : undefined
}

export function versionOf(number: number): string {
  if (number === 0) return LATEST
  return number === LAST ? LATEST_PUBLISHED : String(number)
}
