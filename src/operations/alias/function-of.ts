import { type FunctionAddress, LATEST, onlyFunctions } from '#resources'

/** The function whose alias the request names beside it; a version or an alias has none. */
export function functionOf({ account, functionName, qualifier = LATEST }: FunctionAddress) {
  if (qualifier !== LATEST) throw onlyFunctions()
  return { account, functionName }
}
