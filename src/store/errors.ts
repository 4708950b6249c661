import type { ImageFaultKind } from '#resources'

/** Another server has this data directory open. */
export class DataDirectoryInUse extends Error {
  override readonly name = 'DataDirectoryInUse'
  constructor(directory: string) {
    super(`Another server is using the data directory ${directory}.`)
  }
}

/** The database was written by a newer version of the program than this one. */
export class DatabaseTooNew extends Error {
  override readonly name = 'DatabaseTooNew'
  constructor(found: number, known: number) {
    super(`The database has schema version ${found}, this program knows versions up to ${known}. Use a newer program.`)
  }
}

/** What is in the database was sealed with a key that is not in the key file. */
export class WrongSecretKey extends Error {
  override readonly name = 'WrongSecretKey'
  constructor(what: string) {
    super(`${what} cannot be read: the file secret-key in the data directory does not belong to the database.`)
  }
}

/** A cursor or token that this store did not hand out. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor'
  constructor() {
    super('The cursor is not one that this store handed out.')
  }
}

/** A change was not made: the statement of this index was required to touch a row, and there was none. */
export class RequirementUnmet extends Error {
  override readonly name = 'RequirementUnmet'
  readonly statement: number
  constructor(statement: number) {
    super(`Statement ${statement} touched no row.`)
    this.statement = statement
  }
}

/** Events arrive faster than the disk takes them. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull'
  constructor() {
    super('Too many events are waiting to be written.')
  }
}

/** The code of all functions and layers of an account would take more than it may. */
export class CodeStorageFull extends Error {
  override readonly name = 'CodeStorageFull'
  constructor() {
    super('The code of the account would take more than it may.')
  }
}

/** A function version is to run on a capacity provider that is not there. */
export class NoCapacityProvider extends Error {
  override readonly name = 'NoCapacityProvider'
  readonly arn: string
  constructor(arn: string) {
    super(`There is no capacity provider ${arn}.`)
    this.arn = arn
  }
}

/** A capacity provider would have more function versions than it may. */
export class CapacityProviderFull extends Error {
  override readonly name = 'CapacityProviderFull'
  readonly arn: string
  constructor(arn: string) {
    super(`The capacity provider ${arn} has no place for another function version.`)
    this.arn = arn
  }
}

/** Why a container image cannot be had. */
export class ImageFault extends Error {
  override readonly name = 'ImageFault'
  readonly kind: ImageFaultKind
  readonly uri: string
  constructor(kind: ImageFaultKind, uri: string, cause?: unknown) {
    super(`The image ${uri} cannot be had: ${kind}.`, { cause })
    this.kind = kind
    this.uri = uri
  }
}

/** Not a zip archive, or one of a kind that cannot be read: damaged, encrypted, an unusual compression method. */
export class NotAZip extends Error {
  override readonly name = 'NotAZip'
}

/** The files in the archive are larger than a code package may be. */
export class UnzippedTooLarge extends Error {
  override readonly name = 'UnzippedTooLarge'
}

/** The archive would write outside its own directory, or holds what is neither file, directory nor symbolic link. */
export class UnsafeZip extends Error {
  override readonly name = 'UnsafeZip'
}
