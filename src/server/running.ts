import type { IdentityDirectory, IdentityLookUp } from '#auth'
import type { Clock, Log } from '#base'
import type { Deliverer, RuntimePulls } from '#invocation'
import type { Services } from '#operations'
import type { Place } from '#resources'
import type { AuditLog } from './audit/audit-log.ts'
import type { CodeDownload } from './code-download.ts'

/** A server that runs: everything that a request may need, made once at the start. */
export interface Running {
  readonly services: Services
  readonly directory: IdentityDirectory
  readonly lookUpIdentity: IdentityLookUp
  readonly codeDownload: CodeDownload
  readonly audit: AuditLog
  readonly place: Place
  /** Of which all accounts of this server are members, if of any. */
  readonly organizationId: string | undefined
  /** False with `--auth none`. */
  readonly isEnforced: boolean
  /** Host and port, for requests without a Host header. */
  readonly authority: string
  /** What becomes of events. */
  readonly deliveries: Pick<Deliverer, 'counts'>
  /** Images for runtimes. */
  readonly runtimePulls: RuntimePulls
  readonly clock: Clock
  readonly log: Log
}
