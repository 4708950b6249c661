import { type FunctionAddress, onlyFunctions } from '#resources'

/** Concurrency is reserved for a function as a whole: any qualifier is refused, `$LATEST` too. */
export function wholeFunction({ account, functionName, qualifier }: FunctionAddress) {
  if (qualifier !== undefined) throw onlyFunctions()
  return { account, functionName }
}
