import { findGroup } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'
import { deletePolicy, getPolicy, listPolicies, putPolicy } from '../inline-policies.ts'

export const putGroupPolicy: IamHandler<'PutGroupPolicy'> = async (input, context) =>
  putPolicy(context, 'group', await findGroup(context, 'iam:PutGroupPolicy', input.GroupName), input)

export const getGroupPolicy: IamHandler<'GetGroupPolicy'> = async (input, context) => {
  const group = await findGroup(context, 'iam:GetGroupPolicy', input.GroupName)
  return { GroupName: group.name, ...(await getPolicy(context, 'group', group, input.PolicyName)) }
}

export const listGroupPolicies: IamHandler<'ListGroupPolicies'> = async (input, context) =>
  listPolicies(context, await findGroup(context, 'iam:ListGroupPolicies', input.GroupName), input)

export const deleteGroupPolicy: IamHandler<'DeleteGroupPolicy'> = async (input, context) =>
  deletePolicy(context, 'group', await findGroup(context, 'iam:DeleteGroupPolicy', input.GroupName), input.PolicyName)
