import { loginProfileNotFound } from '../errors.ts'
import { findUser, userNameOf } from '../find-principal.ts'
import type { IamHandler } from '../handler.ts'

// Users have no passwords, devices and certificates here. Tools that clean up before they delete a user ask for all.

const none = { IsTruncated: false }

export const listMFADevices: IamHandler<'ListMFADevices'> = async (input, context) => {
  await findUser(context, 'iam:ListMFADevices', userNameOf(context.caller, input))
  return { MFADevices: [], ...none }
}

export const listVirtualMFADevices: IamHandler<'ListVirtualMFADevices'> = () => ({ VirtualMFADevices: [], ...none })

export const listSSHPublicKeys: IamHandler<'ListSSHPublicKeys'> = async (input, context) => {
  await findUser(context, 'iam:ListSSHPublicKeys', userNameOf(context.caller, input))
  return { SSHPublicKeys: [], ...none }
}

export const listSigningCertificates: IamHandler<'ListSigningCertificates'> = async (input, context) => {
  await findUser(context, 'iam:ListSigningCertificates', userNameOf(context.caller, input))
  return { Certificates: [], ...none }
}

export const listServiceSpecificCredentials: IamHandler<'ListServiceSpecificCredentials'> = async (input, context) => {
  await findUser(context, 'iam:ListServiceSpecificCredentials', userNameOf(context.caller, input))
  return { ServiceSpecificCredentials: [] }
}

export const getLoginProfile: IamHandler<'GetLoginProfile'> = async (input, context) => {
  const { name } = await findUser(context, 'iam:GetLoginProfile', userNameOf(context.caller, input))
  throw loginProfileNotFound(name)
}

export const deleteLoginProfile: IamHandler<'DeleteLoginProfile'> = async (input, context) => {
  const { name } = await findUser(context, 'iam:DeleteLoginProfile', userNameOf(context.caller, input))
  throw loginProfileNotFound(name)
}
