/** A runtime that this room knows: the language, and the version that its identifier names. */
export interface Runtime {
  readonly identifier: string
  readonly family: 'python' | 'nodejs' | 'provided'
  /** `3.12`, `22` or `al2023`. */
  readonly version: string
}

/** The families that need an interpreter of the host. */
export type Interpreted = Runtime & { readonly family: Exclude<Runtime['family'], 'provided'> }

export const isInterpreted = (runtime: Runtime): runtime is Interpreted => runtime.family !== 'provided'

/** Undefined for identifiers of runtimes that are not run here. */
export function parseRuntime(identifier: string): Runtime | undefined {
  const python = /^python(3\.\d+)$/.exec(identifier)
  if (python?.[1]) return { identifier, family: 'python', version: python[1] }
  const node = /^nodejs(\d+)\.x$/.exec(identifier)
  if (node?.[1]) return { identifier, family: 'nodejs', version: node[1] }
  const provided = /^provided\.(al2|al2023)$/.exec(identifier)
  if (provided?.[1]) return { identifier, family: 'provided', version: provided[1] }
  return undefined
}
