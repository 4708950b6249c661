import { validationException } from '#model'
import { accessKeyNotFound } from '../errors.ts'
import { findUser, userNameOf } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'

export const updateAccessKey: IamHandler<'UpdateAccessKey'> = async (input, context) => {
  const status = statusOf(input.Status)
  const { id } = await findUser(context, 'iam:UpdateAccessKey', userNameOf(context.caller, input))
  const isUpdated = await context.store.identities.accessKeys.update(id, input.AccessKeyId, status)
  if (!isUpdated) throw accessKeyNotFound(input.AccessKeyId)
  return {}
}

/** Keys of other services expire; nobody sets that. */
function statusOf(status: string): 'Active' | 'Inactive' {
  if (status === 'Active' || status === 'Inactive') return status
  throw validationException(
    `1 validation error detected: Value '${status}' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]`,
  )
}
