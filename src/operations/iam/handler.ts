import type { IamOperations } from '#model'
import type { RequestContext } from '../context.ts'

/** What IAM's operations need of a request. */
export type IamContext = Pick<RequestContext, 'authorize' | 'caller' | 'clock' | 'place' | 'store'>

export type IamHandler<Name extends keyof IamOperations> = (
  input: IamOperations[Name]['input'],
  context: IamContext,
) => IamOperations[Name]['output'] | Promise<IamOperations[Name]['output']>
