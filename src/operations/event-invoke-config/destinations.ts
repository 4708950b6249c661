import {
  checkDestinationKinds,
  destinationFunctions,
  type EventInvokeConfig,
  parseFunctionName,
  selfDestination,
  unknownDestination,
} from '#resources'
import type { RequestContext } from '../context.ts'
import { isThere } from '../setting.ts'

/** Destinations must be of a kind that takes records; a function among them must exist here, and be another one. */
export async function expectDestinations(context: RequestContext, config: EventInvokeConfig): Promise<void> {
  checkDestinationKinds(config)
  for (const arn of destinationFunctions(config)) {
    const { region, account = '', name, qualifier } = parseFunctionName(arn)
    const target = { account, functionName: name, ...(qualifier !== undefined && { qualifier }) }
    if (region !== context.place.region || !(await isThere(context, target))) throw unknownDestination(arn)
    if (account === config.account && name === config.functionName) throw selfDestination()
  }
}
