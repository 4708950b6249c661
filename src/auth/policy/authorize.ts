import { accessDeniedException } from '#model'
import type { CompiledPolicy } from './compile-policy.ts'
import { type AuthorizationRequest, decide } from './decide.ts'
import { denialMessage } from './denial-message.ts'

/** Returns if the principal may, else throws AccessDeniedException with AWS's sentence. */
export function authorize(request: AuthorizationRequest, resourcePolicy?: CompiledPolicy): void {
  const decision = decide(request, resourcePolicy)
  if (decision.kind === 'allowed') return
  throw accessDeniedException(denialMessage(decision, request.principal, request.action, request.resource))
}
