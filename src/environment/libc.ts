import { constants } from 'node:os'

/** Functions of the C library, called within microseconds where a program that does the same takes milliseconds. */
export interface Libc {
  /** `declaration` is C's. Throws when the function returns less than 0; `what` says what was tried. */
  declare<Parameters extends readonly unknown[]>(
    declaration: string,
  ): (what: string, ...parameters: Parameters) => number
}

let opened: Promise<Libc | undefined> | undefined

/** Undefined where they cannot be called. */
export function openLibc(): Promise<Libc | undefined> {
  opened ??= load().catch(() => undefined)
  return opened
}

async function load(): Promise<Libc | undefined> {
  if (process.platform !== 'linux') return undefined
  const { default: koffi } = await import('koffi')
  const library = koffi.load(null)
  return {
    declare(declaration) {
      const call = library.func(declaration)
      return (what, ...parameters) => {
        const result = Number(call(...parameters))
        if (result >= 0) return result
        const code = koffi.errno()
        const [name = code] = Object.entries(constants.errno).find(([, value]) => value === code) ?? []
        throw new Error(`${what}: ${name}`)
      }
    },
  }
}
