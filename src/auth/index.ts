export { type AuthenticationOptions, authenticate, type IdentityLookUp } from './authenticate.ts'
export type { Caller, Identity } from './caller.ts'
export { isOpenToAccounts } from './foreign-accounts.ts'
export { IdentityDirectory } from './identities/identity-directory.ts'
export {
  accountInAccessKeyId,
  newAccessKeyId,
  newRootKey,
  newSecret,
  type RootKey,
} from './identities/root-key.ts'
export type { Session, SessionFacts, Sessions } from './identities/sessions.ts'
export { type AuthorizationEntry, type AuthorizedResource, lambdaActions } from './lambda-actions.ts'
export { type LambdaRequest, lambdaKey } from './lambda-keys.ts'
export { type AddressedFunction, authorizationResource, type Place } from './lambda-resource.ts'
export { type ApplicablePolicies, type CallerPolicies, noPolicies } from './policy/applicable-policies.ts'
export { authorize } from './policy/authorize.ts'
export { type CompiledPolicy, compilePolicy } from './policy/compile-policy.ts'
export type { PolicyPurpose } from './policy/compile-statement.ts'
export {
  type ConditionKeys,
  createRequestContext,
  type RequestFacts,
  type Tags,
} from './policy/create-request-context.ts'
export { type AuthorizationRequest, decide } from './policy/decide.ts'
export type { Decision, Denied, PolicyKind } from './policy/decision.ts'
export { denialMessage } from './policy/denial-message.ts'
export { type EvaluationRequest, evaluate, isMatchedBy } from './policy/evaluate.ts'
export { MalformedPolicy } from './policy/malformed-policy.ts'
export { PolicyDenial } from './policy/policy-denial.ts'
export { type ContextValue, emptyContext, type RequestContext } from './policy/request-context.ts'
export { compiledResourcePolicy } from './policy/resource-policies.ts'
export { canBeAbout, type Statement } from './policy/statement.ts'
export type { AccountPrincipal, AnonymousPrincipal, Principal, ServicePrincipal } from './principal.ts'
export { canonicalRequest, stringToSign } from './signature-v4/canonical-request.ts'
export { claimedAccessKeyId } from './signature-v4/claimed-access-key-id.ts'
export { type Credential, checkScope, type ExpectedScope } from './signature-v4/credential-scope.ts'
export { parseSignature } from './signature-v4/parse-signature.ts'
export type { ParsedSignature } from './signature-v4/parsed-signature.ts'
export {
  type PresignOptions,
  presignUrl,
  type RequestToSign,
  type SigningCredentials,
  signRequest,
} from './signature-v4/sign-request.ts'
export type { SignedRequest } from './signature-v4/signed-request.ts'
export { type Verification, verifySignature } from './signature-v4/verify-signature.ts'
