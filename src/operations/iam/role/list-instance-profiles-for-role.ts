import { findRole } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'

/** There are no instances that could have a profile; tools ask before they delete a role. */
export const listInstanceProfilesForRole: IamHandler<'ListInstanceProfilesForRole'> = async (input, context) => {
  await findRole(context, 'iam:ListInstanceProfilesForRole', input.RoleName)
  return { InstanceProfiles: [], IsTruncated: false }
}
