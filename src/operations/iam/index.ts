import type { IamOperations } from '#model'
import { createAccessKey } from './access-key/create-access-key.ts'
import { deleteAccessKey } from './access-key/delete-access-key.ts'
import { getAccessKeyLastUsed } from './access-key/get-access-key-last-used.ts'
import { listAccessKeys } from './access-key/list-access-keys.ts'
import { updateAccessKey } from './access-key/update-access-key.ts'
import { getAccountSummary } from './account/get-account-summary.ts'
import { listAccountAliases } from './account/list-account-aliases.ts'
import { attachGroupPolicy, detachGroupPolicy, listAttachedGroupPolicies } from './group/attached-policies.ts'
import { createGroup } from './group/create-group.ts'
import { deleteGroup } from './group/delete-group.ts'
import { getGroup } from './group/get-group.ts'
import { deleteGroupPolicy, getGroupPolicy, listGroupPolicies, putGroupPolicy } from './group/inline-policies.ts'
import { listGroups } from './group/list-groups.ts'
import { addUserToGroup, removeUserFromGroup } from './group/members.ts'
import { updateGroup } from './group/update-group.ts'
import type { IamHandler } from './handler.ts'
import { createPolicy } from './policy/create-policy.ts'
import { deletePolicy } from './policy/delete-policy.ts'
import { getPolicy } from './policy/get-policy.ts'
import { listEntitiesForPolicy } from './policy/list-entities-for-policy.ts'
import { listPolicies } from './policy/list-policies.ts'
import { listPolicyTags, tagPolicy, untagPolicy } from './policy/tags.ts'
import {
  createPolicyVersion,
  deletePolicyVersion,
  getPolicyVersion,
  listPolicyVersions,
  setDefaultPolicyVersion,
} from './policy/versions.ts'
import { attachRolePolicy, detachRolePolicy, listAttachedRolePolicies } from './role/attached-policies.ts'
import { createRole } from './role/create-role.ts'
import { deleteRole } from './role/delete-role.ts'
import { getRole } from './role/get-role.ts'
import { deleteRolePolicy, getRolePolicy, listRolePolicies, putRolePolicy } from './role/inline-policies.ts'
import { listInstanceProfilesForRole } from './role/list-instance-profiles-for-role.ts'
import { listRoles } from './role/list-roles.ts'
import { deleteRolePermissionsBoundary, putRolePermissionsBoundary } from './role/permissions-boundary.ts'
import { listRoleTags, tagRole, untagRole } from './role/tags.ts'
import { updateAssumeRolePolicy, updateRole, updateRoleDescription } from './role/update-role.ts'
import { getContextKeysForCustomPolicy, getContextKeysForPrincipalPolicy } from './simulation/context-keys.ts'
import { simulateCustomPolicy } from './simulation/simulate-custom-policy.ts'
import { simulatePrincipalPolicy } from './simulation/simulate-principal-policy.ts'
import { attachUserPolicy, detachUserPolicy, listAttachedUserPolicies } from './user/attached-policies.ts'
import { createUser } from './user/create-user.ts'
import { deleteUser } from './user/delete-user.ts'
import { getUser } from './user/get-user.ts'
import { deleteUserPolicy, getUserPolicy, listUserPolicies, putUserPolicy } from './user/inline-policies.ts'
import { listGroupsForUser } from './user/list-groups-for-user.ts'
import { listUsers } from './user/list-users.ts'
import {
  deleteLoginProfile,
  getLoginProfile,
  listMFADevices,
  listServiceSpecificCredentials,
  listSigningCertificates,
  listSSHPublicKeys,
  listVirtualMFADevices,
} from './user/nothing-of-the-kind.ts'
import { deleteUserPermissionsBoundary, putUserPermissionsBoundary } from './user/permissions-boundary.ts'
import { listUserTags, tagUser, untagUser } from './user/tags.ts'
import { updateUser } from './user/update-user.ts'

export { iamAuthorization } from './authorization.ts'
export { refuseSessionKeys } from './session-keys.ts'

type Handlers = { readonly [Name in keyof IamOperations]: IamHandler<Name> }

/** Every operation that is generated: leaving one out does not compile. */
export const iamHandlers: Handlers = {
  CreateUser: createUser,
  GetUser: getUser,
  ListUsers: listUsers,
  UpdateUser: updateUser,
  DeleteUser: deleteUser,
  TagUser: tagUser,
  UntagUser: untagUser,
  ListUserTags: listUserTags,
  PutUserPermissionsBoundary: putUserPermissionsBoundary,
  DeleteUserPermissionsBoundary: deleteUserPermissionsBoundary,
  CreateAccessKey: createAccessKey,
  ListAccessKeys: listAccessKeys,
  UpdateAccessKey: updateAccessKey,
  DeleteAccessKey: deleteAccessKey,
  GetAccessKeyLastUsed: getAccessKeyLastUsed,
  PutUserPolicy: putUserPolicy,
  GetUserPolicy: getUserPolicy,
  ListUserPolicies: listUserPolicies,
  DeleteUserPolicy: deleteUserPolicy,
  AttachUserPolicy: attachUserPolicy,
  DetachUserPolicy: detachUserPolicy,
  ListAttachedUserPolicies: listAttachedUserPolicies,
  CreateGroup: createGroup,
  GetGroup: getGroup,
  ListGroups: listGroups,
  UpdateGroup: updateGroup,
  DeleteGroup: deleteGroup,
  AddUserToGroup: addUserToGroup,
  RemoveUserFromGroup: removeUserFromGroup,
  ListGroupsForUser: listGroupsForUser,
  PutGroupPolicy: putGroupPolicy,
  GetGroupPolicy: getGroupPolicy,
  ListGroupPolicies: listGroupPolicies,
  DeleteGroupPolicy: deleteGroupPolicy,
  AttachGroupPolicy: attachGroupPolicy,
  DetachGroupPolicy: detachGroupPolicy,
  ListAttachedGroupPolicies: listAttachedGroupPolicies,
  CreateRole: createRole,
  GetRole: getRole,
  ListRoles: listRoles,
  UpdateRole: updateRole,
  UpdateRoleDescription: updateRoleDescription,
  DeleteRole: deleteRole,
  UpdateAssumeRolePolicy: updateAssumeRolePolicy,
  TagRole: tagRole,
  UntagRole: untagRole,
  ListRoleTags: listRoleTags,
  PutRolePermissionsBoundary: putRolePermissionsBoundary,
  DeleteRolePermissionsBoundary: deleteRolePermissionsBoundary,
  PutRolePolicy: putRolePolicy,
  GetRolePolicy: getRolePolicy,
  ListRolePolicies: listRolePolicies,
  DeleteRolePolicy: deleteRolePolicy,
  AttachRolePolicy: attachRolePolicy,
  DetachRolePolicy: detachRolePolicy,
  ListAttachedRolePolicies: listAttachedRolePolicies,
  ListInstanceProfilesForRole: listInstanceProfilesForRole,
  CreatePolicy: createPolicy,
  GetPolicy: getPolicy,
  ListPolicies: listPolicies,
  DeletePolicy: deletePolicy,
  TagPolicy: tagPolicy,
  UntagPolicy: untagPolicy,
  ListPolicyTags: listPolicyTags,
  ListEntitiesForPolicy: listEntitiesForPolicy,
  CreatePolicyVersion: createPolicyVersion,
  GetPolicyVersion: getPolicyVersion,
  ListPolicyVersions: listPolicyVersions,
  DeletePolicyVersion: deletePolicyVersion,
  SetDefaultPolicyVersion: setDefaultPolicyVersion,
  SimulatePrincipalPolicy: simulatePrincipalPolicy,
  SimulateCustomPolicy: simulateCustomPolicy,
  GetContextKeysForPrincipalPolicy: getContextKeysForPrincipalPolicy,
  GetContextKeysForCustomPolicy: getContextKeysForCustomPolicy,
  GetAccountSummary: getAccountSummary,
  ListAccountAliases: listAccountAliases,
  ListMFADevices: listMFADevices,
  ListVirtualMFADevices: listVirtualMFADevices,
  ListSSHPublicKeys: listSSHPublicKeys,
  ListSigningCertificates: listSigningCertificates,
  ListServiceSpecificCredentials: listServiceSpecificCredentials,
  GetLoginProfile: getLoginProfile,
  DeleteLoginProfile: deleteLoginProfile,
}
