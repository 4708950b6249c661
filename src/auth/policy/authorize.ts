import { accessDeniedException } from '#model'
import type { CompiledPolicy } from './compile-policy.ts'
import { type AuthorizationRequest, decide } from './decide.ts'
import { denialMessage } from './denial-message.ts'
import { PolicyDenial } from './policy-denial.ts'

/** Returns if the principal may, else throws AccessDeniedException with AWS's sentence. */
export function authorize(request: AuthorizationRequest, resourcePolicy?: CompiledPolicy): void {
  const decision = decide(request, resourcePolicy)
  if (decision.kind === 'allowed') return
  const { principal, action, resource } = request
  throw accessDeniedException(denialMessage(decision, principal, action, resource), new PolicyDenial(decision, request))
}
