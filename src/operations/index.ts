import { iamAuthorization, iamHandlers, refuseSessionKeys } from './iam/index.ts'
import { logsAuthorization, logsHandlers } from './logs/index.ts'
import { stsAuthorization, stsHandlers } from './sts/index.ts'

export type { Handler, RequestContext, Services } from './context.ts'
export { addressOf } from './function/address.ts'
export { handlers, notYet } from './handlers.ts'
export type { ObjectSource, S3Failure, S3Object } from './object-source.ts'
export type { Targets } from './targets.ts'

/** The services that share the port, as far as Lambda's users need them. */
export const neighbours = {
  iam: { handlers: iamHandlers, authorization: iamAuthorization, admit: refuseSessionKeys },
  logs: { handlers: logsHandlers, authorization: logsAuthorization },
  sts: { handlers: stsHandlers, authorization: stsAuthorization },
}
