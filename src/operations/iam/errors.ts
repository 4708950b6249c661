import { iamErrors, validationException } from '#model'

// IAM's sentences, one maker for each situation.

const notFound = (message: string) => new iamErrors.NoSuchEntityException({ message })

export const userNotFound = (name: string) => notFound(`The user with name ${name} cannot be found.`)
export const roleNotFound = (name: string) => notFound(`The role with name ${name} cannot be found.`)
export const accessKeyNotFound = (id: string) => notFound(`The Access Key with id ${id} cannot be found.`)
export const policyNotFound = (ownerKind: 'user' | 'role', name: string) =>
  notFound(`The ${ownerKind} policy with name ${name} cannot be found.`)

const alreadyExists = (message: string) => new iamErrors.EntityAlreadyExistsException({ message })

export const userExists = (name: string) => alreadyExists(`User with name ${name} already exists.`)
export const roleExists = (name: string) => alreadyExists(`Role with name ${name} already exists.`)

/** Users and roles are deleted when nothing belongs to them any more. */
export const hasDependents = (dependents: 'access keys' | 'policies') =>
  new iamErrors.DeleteConflictException({ message: `Cannot delete entity, must delete ${dependents} first.` })

export const malformedPolicy = (message: string) => new iamErrors.MalformedPolicyDocumentException({ message })

const limitExceeded = (message: string) => new iamErrors.LimitExceededException({ message })

export const quotaExceeded = (quota: 'AccessKeysPerUser' | 'ACLSizePerRole', limit: number) =>
  limitExceeded(`Cannot exceed quota for ${quota}: ${limit}`)
export const policiesTooLarge = (limitBytes: number, ownerKind: 'user' | 'role', ownerName: string) =>
  limitExceeded(`Maximum policy size of ${limitBytes} bytes exceeded for ${ownerKind} ${ownerName}`)

export const invalidMarker = () => validationException('Invalid Marker.')
export const userNameRequired = () =>
  validationException('Must specify userName when calling with non-User credentials')

/** A setting of AWS's that would be stored and then do nothing is refused instead. */
export const notSupportedYet = (setting: string) =>
  new iamErrors.InvalidInputException({ message: `${setting} is not supported by lambent yet.` })
