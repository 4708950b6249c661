import { compilePolicy, MalformedPolicy, type SessionFacts } from '#auth'
import type { sts } from '#model'
import { malformedPolicy, packedTooLarge, policyNotUsable, policyTooLong, tooManyPolicies } from './errors.ts'
import type { StsContext } from './handler.ts'

// AWS's limits; the second of the document and the ARNs together.
const MAX_ARNS = 10
const MAX_CHARACTERS = 2048

/** What limits the session beside the role; undefined when nothing does. */
export async function sessionPolicies(
  { store }: StsContext,
  account: string,
  { Policy, PolicyArns = [] }: Pick<sts.AssumeRoleRequest, 'Policy' | 'PolicyArns'>,
): Promise<SessionFacts['policies']> {
  const arns = PolicyArns.map(({ arn = '' }) => arn)
  if (Policy === undefined && arns.length === 0) return undefined
  if (arns.length > MAX_ARNS) throw tooManyPolicies(arns, MAX_ARNS)
  checkLength(Policy, arns)
  if (Policy !== undefined) checkPolicy(Policy)
  const found = await store.identities.findManaged(arns)
  for (const arn of arns) {
    const isOurs = arn.includes(`:${account}:policy/`) || arn.includes(':aws:policy/')
    if (!isOurs || !found.some(({ owner }) => owner === arn)) throw policyNotUsable(arn)
  }
  return { documents: Policy === undefined ? [] : [Policy], arns }
}

function checkLength(document: string | undefined, arns: readonly string[]): void {
  if (document !== undefined && document.length > MAX_CHARACTERS) throw policyTooLong(document, MAX_CHARACTERS)
  const characters = [document ?? '', ...arns].join('').length
  if (characters > MAX_CHARACTERS) throw packedTooLarge(Math.ceil((characters / MAX_CHARACTERS) * 100))
}

function checkPolicy(document: string): void {
  try {
    compilePolicy(document)
  } catch (error) {
    throw error instanceof MalformedPolicy ? malformedPolicy(error.message) : error
  }
}
