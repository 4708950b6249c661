import type { iam } from '#model'
import { notSupportedYet } from './errors.ts'

interface Extras {
  readonly Tags?: readonly iam.Tag[] | undefined
  readonly PermissionsBoundary?: string | undefined
}

/** Tags and boundaries decide who may do what: nobody should believe that they do here. */
export function refuseUnsupported({ Tags = [], PermissionsBoundary }: Extras): void {
  if (Tags.length > 0) throw notSupportedYet('Tags')
  if (PermissionsBoundary !== undefined) throw notSupportedYet('PermissionsBoundary')
}
