import { functionNotFound, invalidParameter, isVersionNumber, LATEST } from '#resources'
import type { Handler } from '../context.ts'

const ALIAS_NAME = /^[a-zA-Z0-9-_]+$/

export const deleteFunction: Handler<'DeleteFunction'> = async (_input, { store, place, address, invocations }) => {
  const { account, functionName, qualifier } = address
  if (qualifier === LATEST) throw invalidParameter('$LATEST version cannot be deleted without deleting the function.')
  const isVersion = qualifier !== undefined && isVersionNumber(qualifier)
  if (qualifier !== undefined && !isVersion && ALIAS_NAME.test(qualifier))
    throw invalidParameter('Deletion of aliases is not currently supported.')
  const latest = await store.functions.find(account, functionName, LATEST)
  // AWS names the function without the qualifier here, also when the request had one.
  if (!latest || (qualifier !== undefined && !isVersion)) throw functionNotFound(place, { account, functionName })
  const doomed = isVersion ? await store.functions.find(account, functionName, qualifier) : latest
  // A version that does not exist is deleted successfully.
  if (!doomed) return { StatusCode: 204 }
  await store.functions.delete(account, functionName, isVersion ? qualifier : undefined)
  if (!isVersion) await store.events.deleteFor(account, functionName)
  invocations.retire(doomed)
  return { StatusCode: 204 }
}
