/** A runtime that this room knows: the language, and the version that its identifier names. */
export interface Runtime {
  readonly identifier: string
  readonly family: 'python' | 'nodejs' | 'java' | 'ruby' | 'dotnet' | 'provided'
  /** `3.12`, `22` or `al2023`. */
  readonly version: string
}

/** The families that our clients run, with an interpreter of the host or of an image. */
export type Interpreted = Runtime & { readonly family: Exclude<Runtime['family'], 'dotnet' | 'provided'> }

export const isInterpreted = (runtime: Runtime): runtime is Interpreted =>
  runtime.family !== 'provided' && runtime.family !== 'dotnet'

/** What follows the family's name in an identifier, with the version in parentheses. */
const FORMS: Readonly<Record<Runtime['family'], RegExp>> = {
  python: /^python(3\.\d+)$/,
  nodejs: /^nodejs(\d+)\.x$/,
  java: /^java(\d+)(?:\.al2)?$/,
  ruby: /^ruby(\d\.\d)$/,
  // Only images have what runs these.
  dotnet: /^dotnet(\d+)$/,
  provided: /^provided\.(al2|al2023)$/,
}

/** Undefined for identifiers of runtimes that are not run here. */
export function parseRuntime(identifier: string): Runtime | undefined {
  for (const [family, form] of Object.entries(FORMS) as [Runtime['family'], RegExp][]) {
    const version = form.exec(identifier)?.[1]
    if (version !== undefined) return { identifier, family, version }
  }
  return undefined
}
