import { principalNotFound } from '../errors.ts'
import { findRole } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'
import { addTags, pageOfTags, removeTags } from '../tags.ts'

export const tagRole: IamHandler<'TagRole'> = async (input, context) => {
  const { id, name } = await findRole(context, 'iam:TagRole', input.RoleName)
  const outcome = await context.store.identities.roles.change(id, (role) => ({
    ...role,
    tags: addTags(role.tags, input.Tags),
  }))
  if (outcome === 'not-found') throw principalNotFound('role', name)
  return {}
}

export const untagRole: IamHandler<'UntagRole'> = async (input, context) => {
  const { id, name } = await findRole(context, 'iam:UntagRole', input.RoleName)
  const outcome = await context.store.identities.roles.change(id, (role) => ({
    ...role,
    tags: removeTags(role.tags, input.TagKeys),
  }))
  if (outcome === 'not-found') throw principalNotFound('role', name)
  return {}
}

export const listRoleTags: IamHandler<'ListRoleTags'> = async (input, context) =>
  pageOfTags((await findRole(context, 'iam:ListRoleTags', input.RoleName)).tags, input)
