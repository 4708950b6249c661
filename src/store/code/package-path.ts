import { UnsafeZip } from '../errors.ts'

// What Linux accepts: beyond it a file could not be created.
const MAXIMUM_PATH_BYTES = 4_095
const MAXIMUM_NAME_BYTES = 255

/** The path of an entry relative to the package, without `.` and empty parts; throws UnsafeZip for one that leaves it. */
export function packagePath(name: string): string {
  if (name.includes('\0') || name.includes('\\'))
    throw new UnsafeZip(`The name ${JSON.stringify(name)} holds a character that names may not have.`)
  if (name.startsWith('/') || /^[a-z]:/i.test(name))
    throw new UnsafeZip(`The path ${JSON.stringify(name)} is absolute.`)
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) throw new UnsafeZip(`The path ${JSON.stringify(name)} leads out of the package.`)
  const isTooLong =
    Buffer.byteLength(name) > MAXIMUM_PATH_BYTES || parts.some((part) => Buffer.byteLength(part) > MAXIMUM_NAME_BYTES)
  if (isTooLong) throw new UnsafeZip(`The path ${JSON.stringify(name.slice(0, 100))}... is too long.`)
  return parts.join('/')
}

/** All directories above a path: `a/b/c` gives `a` and `a/b`. */
export function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'))
}

// As many as Linux follows before it gives up.
const MAXIMUM_LINKS = 40

/**
 * Follows a symbolic link through the links of the package, as the kernel would, and throws UnsafeZip when it leaves
 * the package at any step. Looking at the text alone does not do: `a -> .` makes `a/..` the package's parent.
 */
export function checkLink(path: string, links: ReadonlyMap<string, string>): void {
  const here: string[] = []
  const ahead = path.split('/').reverse()
  let followed = 0
  for (let part = ahead.pop(); part !== undefined; part = ahead.pop()) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      if (here.pop() === undefined) throw leavesPackage(path)
      continue
    }
    const target = links.get([...here, part].join('/'))
    if (target === undefined) here.push(part)
    else if (target.startsWith('/') || ++followed > MAXIMUM_LINKS) throw leavesPackage(path)
    else ahead.push(...target.split('/').reverse())
  }
}

const leavesPackage = (path: string): UnsafeZip =>
  new UnsafeZip(`The symbolic link ${JSON.stringify(path)} leads out of the package or in a circle.`)
