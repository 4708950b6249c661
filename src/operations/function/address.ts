import type { lambda } from '#model'
import {
  type FunctionAddress,
  invalidParameter,
  type Place,
  parseFunctionName,
  qualifierMismatch,
  wrongRegion,
} from '#resources'

/** The function that `FunctionName` and `Qualifier` address together, in any of the forms of a name. */
export function addressOf(
  place: Place,
  account: string,
  input: { readonly FunctionName: string; readonly Qualifier?: string | undefined },
): FunctionAddress {
  const name = parseFunctionName(input.FunctionName)
  if (name.region !== undefined && name.region !== place.region) throw wrongRegion(name.region, place.region)
  if (name.qualifier !== undefined && input.Qualifier !== undefined && name.qualifier !== input.Qualifier)
    throw qualifierMismatch()
  const qualifier = name.qualifier ?? input.Qualifier
  return { account: name.account ?? account, functionName: name.name, ...(qualifier !== undefined && { qualifier }) }
}

// AWS's limit of the name itself; the model bounds only the whole ARN.
const NAME_LIMIT = 64

/** The name of a function to be created: without a qualifier. */
export function newFunctionName(address: FunctionAddress, input: lambda.CreateFunctionRequest): string {
  const { functionName } = address
  if (functionName.length > NAME_LIMIT) {
    throw invalidParameter(
      `1 validation error detected: Value '${functionName}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to ${NAME_LIMIT}`,
    )
  }
  if (address.qualifier !== undefined)
    throw invalidParameter(`The function name ${input.FunctionName} must not have a qualifier.`)
  return functionName
}
