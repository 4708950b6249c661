import { compiledResourcePolicy } from '#auth'
import {
  checkDestinationKinds,
  destinationFunctions,
  type EventInvokeConfig,
  type FunctionAddress,
  functionArn,
  parseFunctionName,
  selfDestination,
  unknownDestination,
} from '#resources'
import type { RequestContext } from '../context.ts'
import { findFunctionHolder } from '../policy/policy-holder.ts'
import { isThere } from '../setting.ts'

/** Destinations must be of a kind that takes records; a function among them must exist here, and be another one. */
export async function expectDestinations(context: RequestContext, config: EventInvokeConfig): Promise<void> {
  checkDestinationKinds(config)
  for (const arn of destinationFunctions(config)) {
    const { region, account = '', name, qualifier } = parseFunctionName(arn)
    const target = { account, functionName: name, ...(qualifier !== undefined && { qualifier }) }
    if (region !== context.place.region || !(await isUsable(context, config, target))) throw unknownDestination(arn)
    if (account === config.account && name === config.functionName) throw selfDestination()
  }
}

/** A function of another account is only there for those whom it lets invoke it. */
async function isUsable(context: RequestContext, { account }: EventInvokeConfig, target: FunctionAddress) {
  if (target.account === account || !context.isEnforced) return isThere(context, target)
  const holder = await findFunctionHolder(context.store, target)
  const policy = compiledResourcePolicy(holder?.policy)
  if (!policy) return false
  return context.decide('lambda:InvokeFunction', functionArn(context.place, target), {}, policy).kind === 'allowed'
}
