import type { ContextValue, Principal } from '#auth'
import { type iam, validationException } from '#model'
import { checkDocument } from '../policy-document.ts'
import { RESOURCE_POLICY, type Scenario } from './simulate.ts'
import { type SourceStatement, statementsOf } from './statements.ts'

type Input = Pick<
  iam.SimulateCustomPolicyRequest,
  'ContextEntries' | 'PermissionsBoundaryPolicyInputList' | 'ResourcePolicy' | 'ResourceOwner' | 'CallerArn'
>

/** The statements of policies that came with the request, numbered as AWS numbers them. */
export const inputStatements = (documents: readonly string[] = [], list = 'PolicyInputList') =>
  documents.flatMap((document, at) => checkedStatements(document, `${list}.${at + 1}`))

function checkedStatements(document: string, sourceId: string): readonly SourceStatement[] {
  checkDocument(document, 'identity')
  return statementsOf(document, sourceId, 'identity')
}

/** What the input says of the circumstances, around the policies of whoever is simulated. */
export function scenarioOf(
  input: Input,
  principal: Principal,
  identity: readonly SourceStatement[],
  ownBoundary?: readonly SourceStatement[],
): Scenario {
  const { PermissionsBoundaryPolicyInputList: boundaries = [], ResourcePolicy, ResourceOwner } = input
  if (ResourcePolicy !== undefined && input.CallerArn === undefined) throw callerRequired()
  return {
    principal,
    identity,
    boundary: boundaries.length > 0 ? inputStatements(boundaries, 'PermissionsBoundaryPolicyInputList') : ownBoundary,
    resource: ResourcePolicy === undefined ? [] : resourceStatements(ResourcePolicy),
    context: ignoringCase({ ...keysOf(principal), ...givenContext(input.ContextEntries) }),
    resourceAccount: ResourceOwner && accountIn(ResourceOwner),
  }
}

const callerRequired = () => validationException('CallerArn is required when a resource policy is given.')

function resourceStatements(document: string): readonly SourceStatement[] {
  checkDocument(document, 'resource')
  return statementsOf(document, RESOURCE_POLICY, 'resource')
}

export const accountIn = (arn: string): string => /\d{12}/.exec(arn)?.[0] ?? ''

/** What is known of a request without knowing the request. */
function keysOf(principal: Principal): Record<string, ContextValue> {
  if (principal.kind === 'service' || principal.kind === 'anonymous') return {}
  const tags = Object.entries(principal.tags ?? {}).map(([key, value]) => [`aws:PrincipalTag/${key}`, value])
  return {
    'aws:PrincipalArn': principal.roleArn ?? principal.arn,
    'aws:PrincipalAccount': principal.account,
    ...(principal.userId !== '' && { 'aws:userid': principal.userId }),
    ...(principal.userName !== undefined && { 'aws:username': principal.userName }),
    ...Object.fromEntries(tags),
  }
}

/** Keys have no case; of two that differ in nothing else, the last one counts. */
const ignoringCase = (context: Readonly<Record<string, ContextValue>>): ReadonlyMap<string, ContextValue> =>
  new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]))

function givenContext(entries: readonly iam.ContextEntry[] = []): Record<string, ContextValue> {
  return Object.fromEntries(
    entries.map(({ ContextKeyName = '', ContextKeyValues = [], ContextKeyType = 'string' }) => [
      ContextKeyName,
      ContextKeyType.endsWith('List') || ContextKeyValues.length !== 1 ? ContextKeyValues : (ContextKeyValues[0] ?? ''),
    ]),
  )
}
