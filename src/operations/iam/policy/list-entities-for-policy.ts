import type { Entity } from '#store'
import type { IamHandler } from '../handler.ts'
import { pageMembers, pageOf } from '../page.ts'
import { findPolicy } from './find-policy.ts'

export const listEntitiesForPolicy: IamHandler<'ListEntitiesForPolicy'> = async (input, context) => {
  const { PathPrefix = '/', EntityFilter, PolicyUsageFilter } = input
  const { arn } = await findPolicy(context, 'iam:ListEntitiesForPolicy', input.PolicyArn)
  const { attachments } = context.store.identities
  const usage = PolicyUsageFilter === 'PermissionsBoundary' ? 'boundary' : 'attachment'
  const entities = (await attachments.entitiesOf(context.caller.account, arn, usage)).filter(
    ({ kind, principal }) =>
      principal.path.startsWith(PathPrefix) && (EntityFilter === undefined || EntityFilter.toLowerCase() === kind),
  )
  const page = pageOf(entities, input, ({ kind, principal }) => `${kind} ${principal.name}`)
  const of = (wanted: Entity['kind']) =>
    page.items.filter(({ kind }) => kind === wanted).map(({ principal }) => principal)
  return {
    PolicyGroups: of('group').map(({ name, id }) => ({ GroupName: name, GroupId: id })),
    PolicyUsers: of('user').map(({ name, id }) => ({ UserName: name, UserId: id })),
    PolicyRoles: of('role').map(({ name, id }) => ({ RoleName: name, RoleId: id })),
    ...pageMembers(page),
  }
}
