import type { CompiledPolicy } from './compile-policy.ts'

/** What a caller brings along. */
export interface CallerPolicies {
  /** Of the user and its groups, or of the role. */
  readonly identity: readonly CompiledPolicy[]
  readonly permissionsBoundary?: CompiledPolicy
  /** Given when the role was assumed; they limit, and grant nothing. */
  readonly session?: readonly CompiledPolicy[]
  /** One a level of the organization; every one of them must allow. */
  readonly serviceControl?: readonly CompiledPolicy[]
}

/** Everything that has a say about one request. */
export interface ApplicablePolicies extends CallerPolicies {
  /** Of the resource that is asked for. */
  readonly resource?: CompiledPolicy | undefined
}

export const noPolicies: CallerPolicies = { identity: [] }
