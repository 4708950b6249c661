import { principalNotFound } from '../errors.ts'
import { findUser } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'
import { addTags, pageOfTags, removeTags } from '../tags.ts'

export const tagUser: IamHandler<'TagUser'> = async (input, context) => {
  const { id, name } = await findUser(context, 'iam:TagUser', input.UserName)
  const outcome = await context.store.identities.users.change(id, (user) => ({
    ...user,
    tags: addTags(user.tags, input.Tags),
  }))
  if (outcome === 'not-found') throw principalNotFound('user', name)
  return {}
}

export const untagUser: IamHandler<'UntagUser'> = async (input, context) => {
  const { id, name } = await findUser(context, 'iam:UntagUser', input.UserName)
  const outcome = await context.store.identities.users.change(id, (user) => ({
    ...user,
    tags: removeTags(user.tags, input.TagKeys),
  }))
  if (outcome === 'not-found') throw principalNotFound('user', name)
  return {}
}

export const listUserTags: IamHandler<'ListUserTags'> = async (input, context) =>
  pageOfTags((await findUser(context, 'iam:ListUserTags', input.UserName)).tags, input)
