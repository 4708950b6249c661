import { type FunctionConfiguration, fileSystemNotHere, notSupportedYet } from '#resources'
import type { Services } from '../context.ts'

type Settings = Pick<FunctionConfiguration, 'fileSystems' | 'deadLetterArn'>

/** Refuses what this host cannot give a function of the account; what it had `before` it keeps. */
export function checkAttachments(services: Services, account: string, settings: Settings, before: Settings = {}): void {
  if (settings.fileSystems !== before.fileSystems) expectFileSystems(services, account, settings)
  if (settings.deadLetterArn !== before.deadLetterArn) refuseUndeliveredDeadLetters(settings)
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

/** Events that failed are not delivered to queues and topics yet: to be removed with the first of them that is. */
function refuseUndeliveredDeadLetters({ deadLetterArn }: Settings): void {
  if (deadLetterArn !== undefined) throw notSupportedYet('DeadLetterConfig')
}
