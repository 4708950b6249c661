import {
  functionNotFound,
  invalidParameter,
  isAliasName,
  isPublishedVersion,
  LATEST,
  versionHasAliases,
} from '#resources'
import type { Handler } from '../context.ts'

export const deleteFunction: Handler<'DeleteFunction'> = async (_input, { store, place, address, invocations }) => {
  const { account, functionName, qualifier } = address
  if (qualifier === LATEST) throw invalidParameter('$LATEST version cannot be deleted without deleting the function.')
  const isVersion = qualifier !== undefined && isPublishedVersion(qualifier)
  if (qualifier !== undefined && isAliasName(qualifier))
    throw invalidParameter('Deletion of aliases is not currently supported.')
  const latest = await store.functions.find(account, functionName, LATEST)
  // AWS names the function without the qualifier here, also when the request had one.
  if (!latest || (qualifier !== undefined && !isVersion)) throw functionNotFound(place, { account, functionName })
  if (isVersion) {
    // A version that does not exist is deleted successfully.
    const aliases = await store.functions.deleteVersion(account, functionName, qualifier)
    if (aliases.length > 0) throw versionHasAliases(aliases)
  } else await store.functions.delete(account, functionName)
  invocations.retire(latest.functionId, isVersion ? qualifier : undefined)
  invocations.provision(account, functionName)
  // AWS goes on for a while where instances are concerned.
  return { StatusCode: latest.configuration.capacity ? 202 : 204 }
}
