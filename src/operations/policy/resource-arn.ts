import { type FunctionAddress, functionArn, resourceNotFound } from '#resources'
import type { RequestContext } from '../context.ts'

/** Policies were asked about the text of `ResourceArn`, so it must be the resource's own ARN. */
export function checkResourceArn({ place, address }: RequestContext, resourceArn: string): FunctionAddress {
  if (functionArn(place, address) !== resourceArn) throw resourceNotFound()
  return address
}
