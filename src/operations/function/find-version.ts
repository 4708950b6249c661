import {
  type FunctionAddress,
  type FunctionVersion,
  functionNotFound,
  invalidParameter,
  LATEST,
  type Place,
} from '#resources'
import type { Store } from '#store'

/** The version that an address means, or AWS's 404 of the control plane. */
export async function findVersion(store: Store, place: Place, address: FunctionAddress): Promise<FunctionVersion> {
  const version = await store.functions.find(address.account, address.functionName, address.qualifier ?? LATEST)
  if (!version) throw functionNotFound(place, address)
  return version
}

/** `$LATEST`, for the operations that change it: they take no version and no alias. */
export function findChangeable(store: Store, place: Place, address: FunctionAddress): Promise<FunctionVersion> {
  if (address.qualifier !== undefined && address.qualifier !== LATEST) {
    throw invalidParameter(
      'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
    )
  }
  const { account, functionName } = address
  return findVersion(store, place, { account, functionName })
}
