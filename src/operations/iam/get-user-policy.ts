import { findUser } from './find-user.ts'
import type { IamHandler } from './handler.ts'
import { findPolicy } from './inline-policies.ts'
import { encodeDocument } from './policy-document.ts'

export const getUserPolicy: IamHandler<'GetUserPolicy'> = async (input, context) => {
  const user = await findUser(context, 'iam:GetUserPolicy', input.UserName)
  const policy = findPolicy(context.store, 'user', user, input.PolicyName)
  return { UserName: user.name, PolicyName: policy.name, PolicyDocument: encodeDocument(policy.document) }
}
