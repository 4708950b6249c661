import { deadLettersDenied, type FunctionAddress, type FunctionConfiguration, fileSystemNotHere } from '#resources'
import type { RequestContext, Services } from '../context.ts'
import { expectTarget } from '../targets.ts'

type Settings = Pick<FunctionConfiguration, 'fileSystems' | 'deadLetterArn' | 'role'>

/** Refuses what this host cannot give a function, or its role may not use; what it had `before` it keeps. */
export async function checkAttachments(
  context: RequestContext,
  address: FunctionAddress,
  settings: Settings,
  before?: Settings,
): Promise<void> {
  if (settings.fileSystems !== before?.fileSystems) expectFileSystems(context, address.account, settings)
  if (settings.deadLetterArn !== before?.deadLetterArn || settings.role !== before?.role)
    await expectDeadLetterTarget(context, address, settings)
}

/**
 * A mount that is not there would let a function write into nowhere. Those of other accounts are not there either:
 * nothing says whom their owner lets in.
 */
function expectFileSystems({ fileSystems }: Services, account: string, settings: Settings): void {
  const missing = settings.fileSystems?.find(
    ({ accessPointArn }) => !fileSystems.has(accessPointArn) || accessPointArn.split(':')[4] !== account,
  )
  if (missing) throw fileSystemNotHere(missing.accessPointArn)
}

async function expectDeadLetterTarget(context: RequestContext, address: FunctionAddress, settings: Settings) {
  const { deadLetterArn, role } = settings
  if (deadLetterArn !== undefined) await expectTarget(context, address, role, deadLetterArn, deadLettersDenied)
}
