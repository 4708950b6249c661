/** A managed runtime that this room can run: the language, and the version that its identifier names. */
export interface Runtime {
  readonly identifier: string
  readonly family: 'python' | 'nodejs'
  /** `3.12` or `22`. */
  readonly version: string
}

/** Undefined for identifiers of runtimes that are not run here. */
export function parseRuntime(identifier: string): Runtime | undefined {
  const python = /^python(3\.\d+)$/.exec(identifier)
  if (python?.[1]) return { identifier, family: 'python', version: python[1] }
  const node = /^nodejs(\d+)\.x$/.exec(identifier)
  if (node?.[1]) return { identifier, family: 'nodejs', version: node[1] }
  return undefined
}
