import { describeUser } from './describe.ts'
import { userExists } from './errors.ts'
import type { IamHandler } from './handler.ts'
import { newUserId } from './new-id.ts'
import { refuseUnsupported } from './refuse-unsupported.ts'

export const createUser: IamHandler<'CreateUser'> = async (input, { caller, clock, place, store }) => {
  refuseUnsupported(input)
  const user = {
    account: caller.account,
    name: input.UserName,
    path: input.Path ?? '/',
    id: newUserId(),
    createdMs: clock.now(),
  }
  if (!(await store.identities.createUser(user))) throw userExists(input.UserName)
  return { User: describeUser(place, user) }
}
