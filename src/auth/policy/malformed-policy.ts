/** A document that is no policy; the message is what IAM says. Callers turn it into the exception of their service. */
export class MalformedPolicy extends Error {
  override readonly name = 'MalformedPolicy'
}

export const syntaxError = () => new MalformedPolicy('Syntax errors in policy.')
export const notJson = () => new MalformedPolicy('This policy contains invalid Json')
export const wrongVersion = () => new MalformedPolicy('Policy document must be version 2012-10-17 or greater.')
export const duplicateSid = () => new MalformedPolicy('Statement IDs (SID) in a single policy must be unique.')
export const noActions = () => new MalformedPolicy('Policy statement must contain actions.')
export const noResources = () => new MalformedPolicy('Policy statement must contain resources.')
export const missingField = (field: string) => new MalformedPolicy(`Missing required field ${field}`)
export const prohibitedField = (field: string) => new MalformedPolicy(`Has prohibited field ${field}`)
/** It would allow everybody else in the world, and AWS does not take it. */
export const allowsOthers = () => new MalformedPolicy('Allow with NotPrincipal is not allowed.')
export const principalInIdentityPolicy = () => new MalformedPolicy('Policy document should not specify a principal.')
export const actionWithoutVendor = () =>
  new MalformedPolicy('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.')
export const resourceNotArn = (resource: string) =>
  new MalformedPolicy(`Resource ${resource} must be in ARN format or "*".`)
export const invalidPrincipal = (principal: string) => new MalformedPolicy(`Invalid principal in policy: ${principal}`)
export const unknownOperator = (operator: string) => new MalformedPolicy(`Invalid Condition type : ${operator}`)
export const invalidConditionValue = (operator: string, value: string) =>
  new MalformedPolicy(`Invalid value for condition ${operator}: ${value}`)
