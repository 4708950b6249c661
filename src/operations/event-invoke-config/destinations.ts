import {
  checkDestinationKinds,
  destinationDenied,
  destinationsIn,
  type EventInvokeConfig,
  type FunctionAddress,
  type FunctionVersion,
  functionArn,
  parseFunctionName,
  selfDestination,
  targetServiceOf,
  unknownDestination,
} from '#resources'
import type { RequestContext } from '../context.ts'
import { isThere } from '../setting.ts'
import { expectTarget } from '../targets.ts'

/**
 * Destinations must be of a kind that takes records; a function among them must exist here, and be another one. The
 * server must reach them, and the execution role must be allowed to use them.
 */
export async function expectDestinations(
  context: RequestContext,
  config: EventInvokeConfig,
  { configuration: { role } }: FunctionVersion,
): Promise<void> {
  checkDestinationKinds(config)
  for (const arn of destinationsIn(config)) {
    if (targetServiceOf(arn) === 'lambda') await expectOtherFunction(context, config, role, arn)
    await expectTarget(context, config, role, arn, (right) => destinationDenied(right, arn))
  }
}

async function expectOtherFunction(context: RequestContext, config: EventInvokeConfig, role: string, arn: string) {
  const { region, account = '', name, qualifier } = parseFunctionName(arn)
  const target = { account, functionName: name, ...(qualifier !== undefined && { qualifier }) }
  if (region !== context.place.region || !(await isUsable(context, config.account, role, target)))
    throw unknownDestination(arn)
  if (account === config.account && name === config.functionName) throw selfDestination()
}

/** A function of another account is only there for a role that it lets invoke it: nobody learns more from the answer. */
async function isUsable(context: RequestContext, account: string, role: string, target: FunctionAddress) {
  if (!(await isThere(context, target))) return false
  if (target.account === account) return true
  return context.targets.isAllowed(role, 'lambda:InvokeFunction', functionArn(context.place, target))
}
