import type { Readable } from 'node:stream'
import type { CodePackage } from '#resources'

/** Code packages by content. Putting the same bytes again costs a hash. */
export interface CodeStore {
  /** Checks, unpacks and keeps a zip. Throws NotAZip, UnzippedTooLarge or UnsafeZip, and then keeps nothing. */
  put(zip: Buffer): Promise<CodePackage>

  /** The bytes of the zip; undefined when there is no such package. */
  read(sha256: string): Promise<Readable | undefined>

  /** The directory of the unpacked package, not to be written to; unpacked again if it is missing. */
  unpacked(sha256: string): Promise<string>

  /** The directory of several packages laid over each other in this order, later ones on top; not to be written to. */
  merged(sha256s: readonly string[]): Promise<string>

  /** What the files of a package take when it is unpacked. */
  unzippedBytes(sha256: string): Promise<number>

  /** Removes the packages that are not in `used`, except those put or asked for within the last hour. */
  collect(used: ReadonlySet<string>): Promise<void>
}
