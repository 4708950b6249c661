import {
  checkDestinationKinds,
  destinationDenied,
  destinationsIn,
  type EventInvokeConfig,
  type FunctionVersion,
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
    const isFunction = targetServiceOf(arn) === 'lambda'
    // Whether a function of another account is there, only those learn whom it lets in.
    const isOwn = arn.split(':')[4] === config.account
    if (isFunction && isOwn) await expectOtherFunction(context, config, arn)
    await expectTarget(context, config, role, arn, (right) => destinationDenied(right, arn))
    if (isFunction && !isOwn) await expectOtherFunction(context, config, arn)
  }
}

async function expectOtherFunction(context: RequestContext, config: EventInvokeConfig, arn: string): Promise<void> {
  const { region, account = '', name, qualifier } = parseFunctionName(arn)
  const target = { account, functionName: name, ...(qualifier !== undefined && { qualifier }) }
  if (region !== context.place.region || !(await isThere(context, target))) throw unknownDestination(arn)
  if (account === config.account && name === config.functionName) throw selfDestination()
}
