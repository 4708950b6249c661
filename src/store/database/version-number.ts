import { LATEST } from '#resources'

// Versions are kept as numbers, so that 10 comes after 9; `$LATEST` is 0 and comes first.

/** Undefined for what cannot be a version. */
export function numberOf(version: string): number | undefined {
  if (version === LATEST) return 0
  return /^[1-9]\d{0,14}$/.test(version) ? Number(version) : undefined
}

export const versionOf = (number: number): string => (number === 0 ? LATEST : String(number))
