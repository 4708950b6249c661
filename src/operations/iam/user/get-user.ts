import type { Caller } from '#auth'
import type { iam } from '#model'
import { describeUser } from '../describe.ts'
import { findUser, userNameOf } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'

export const getUser: IamHandler<'GetUser'> = async (input, context) => {
  const { caller, place } = context
  if (input.UserName === undefined && caller.kind === 'root') return { User: describeRoot(caller) }
  return { User: describeUser(place, await findUser(context, 'iam:GetUser', userNameOf(caller, input))) }
}

/** The root user has neither name nor path, whatever the model says. It exists since the beginning of time. */
const describeRoot = ({ userId, arn }: Caller) => ({ UserId: userId, Arn: arn, CreateDate: 0 }) as iam.User
