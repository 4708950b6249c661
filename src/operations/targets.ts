import {
  type FunctionAddress,
  type NeededRight,
  rightsFor,
  type TargetService,
  targetNotReachable,
  targetServiceOf,
} from '#resources'
import type { RequestContext } from './context.ts'

/** What functions may name to get their events, as far as this server can tell before anything is sent. */
export interface Targets {
  /** Whether anything could be sent to the service: always to Lambda, which is this server. */
  isReachable(service: TargetService): Promise<boolean>
  /** Whether the role may do this now. */
  isAllowed(role: string, action: string, resource: string): Promise<boolean>
}

/** The service of the target, when the server reaches it and the role may use it. */
export async function expectTarget(
  { targets }: RequestContext,
  { functionName }: FunctionAddress,
  role: string,
  arn: string,
  refuse: (right: NeededRight, service: TargetService) => Error,
): Promise<void> {
  const service = targetServiceOf(arn)
  // Its form was checked before.
  if (service === undefined) return
  if (!(await targets.isReachable(service))) throw targetNotReachable(service)
  for (const right of rightsFor(service, arn, functionName))
    if (!(await targets.isAllowed(role, right.action, right.resource))) throw refuse(right, service)
}
