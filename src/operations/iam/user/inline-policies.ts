import { findUser } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'
import { deletePolicy, getPolicy, listPolicies, putPolicy } from '../inline-policies.ts'

export const putUserPolicy: IamHandler<'PutUserPolicy'> = async (input, context) =>
  putPolicy(context, 'user', await findUser(context, 'iam:PutUserPolicy', input.UserName), input)

export const getUserPolicy: IamHandler<'GetUserPolicy'> = async (input, context) => {
  const user = await findUser(context, 'iam:GetUserPolicy', input.UserName)
  return { UserName: user.name, ...(await getPolicy(context, 'user', user, input.PolicyName)) }
}

export const listUserPolicies: IamHandler<'ListUserPolicies'> = async (input, context) =>
  listPolicies(context, await findUser(context, 'iam:ListUserPolicies', input.UserName), input)

export const deleteUserPolicy: IamHandler<'DeleteUserPolicy'> = async (input, context) =>
  deletePolicy(context, 'user', await findUser(context, 'iam:DeleteUserPolicy', input.UserName), input.PolicyName)
