import { type FunctionConfiguration, fileSystemNotHere, notSupportedYet } from '#resources'
import type { Services } from '../context.ts'

type Settings = Pick<FunctionConfiguration, 'fileSystems' | 'deadLetterArn'>

/** Refuses what this host cannot give a function; what it had `before` it keeps. */
export function checkAttachments(services: Services, settings: Settings, before: Settings = {}): void {
  if (settings.fileSystems !== before.fileSystems) expectFileSystems(services, settings)
  if (settings.deadLetterArn !== before.deadLetterArn) refuseUndeliveredDeadLetters(settings)
}

/** A mount that is not there would let a function write into nowhere. */
function expectFileSystems({ fileSystems }: Services, settings: Settings): void {
  const missing = settings.fileSystems?.find(({ accessPointArn }) => !fileSystems.has(accessPointArn))
  if (missing) throw fileSystemNotHere(missing.accessPointArn)
}

/** Events that failed are not delivered to queues and topics yet: to be removed with the first of them that is. */
function refuseUndeliveredDeadLetters({ deadLetterArn }: Settings): void {
  if (deadLetterArn !== undefined) throw notSupportedYet('DeadLetterConfig')
}
