import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ApplicablePolicies, type Caller, type CompiledPolicy, denialMessage, emptyContext, evaluate } from '#auth'
import { ACCOUNT, alice, identityPolicy, resourcePolicy, worker } from './support.ts'

// Every combination of what each kind of policy may say, held against AWS's order of evaluation written down once more.

const action = 'lambda:InvokeFunction'
type Opinion = 'allow' | 'deny' | 'silent' | 'absent'
type Grant = 'direct' | 'role' | 'everyone' | 'account' | 'somebody else' | 'deny' | 'absent'

interface Combination {
  readonly identity: Opinion
  readonly boundary: Opinion
  readonly session: Opinion
  readonly serviceControl: Opinion
}

const opinions: Readonly<Record<Exclude<Opinion, 'absent'>, CompiledPolicy>> = {
  allow: identityPolicy({ Effect: 'Allow', Action: 'lambda:*', Resource: '*' }),
  deny: identityPolicy({ Effect: 'Deny', Action: 'lambda:*', Resource: '*' }),
  silent: identityPolicy({ Effect: 'Allow', Action: 's3:*', Resource: '*' }),
}
const policyOf = (opinion: Opinion) => (opinion === 'absent' ? undefined : opinions[opinion])
const listOf = (opinion: Opinion) => (opinion === 'absent' ? undefined : [opinions[opinion]])

function grantOf(grant: Grant, principal: Caller): CompiledPolicy | undefined {
  const names: Readonly<Record<Grant, unknown>> = {
    direct: { AWS: principal.arn },
    role: { AWS: principal.roleArn },
    everyone: '*',
    account: { AWS: ACCOUNT },
    'somebody else': { AWS: `${principal.arn}2` },
    deny: '*',
    absent: undefined,
  }
  if (grant === 'absent') return undefined
  const Effect = grant === 'deny' ? 'Deny' : 'Allow'
  return resourcePolicy({ Effect, Principal: names[grant], Action: action, Resource: '*' })
}

const by = (kind: string) => `because no ${kind} allows the ${action} action`
const against = (article: string, kind: string) => `with an explicit deny in ${article} ${kind}`

function expected({ identity, boundary, session, serviceControl }: Combination, grant: Grant, isForeign: boolean) {
  if (identity === 'deny') return against('an', 'identity-based policy')
  if (grant === 'deny') return against('a', 'resource-based policy')
  if (boundary === 'deny') return against('a', 'permissions boundary')
  if (session === 'deny') return against('a', 'session policy')
  if (serviceControl === 'deny') return against('a', 'service control policy')
  if (serviceControl === 'silent') return by('service control policy')
  const isGranted = !['absent', 'somebody else'].includes(grant)
  if (isForeign && !isGranted) return by('resource-based policy')
  if (!isForeign && grant === 'direct') return 'allowed'
  const isDelegated = isForeign || !['role', 'everyone'].includes(grant)
  if (isDelegated && identity !== 'allow') return by('identity-based policy')
  if (boundary === 'silent') return by('permissions boundary')
  return session === 'silent' ? by('session policy') : 'allowed'
}

function outcome(principal: Caller, resource: string, policies: ApplicablePolicies): string {
  const decision = evaluate({ principal, action, resource, context: emptyContext }, policies)
  if (decision.kind === 'allowed') return 'allowed'
  const sentence = denialMessage(decision, principal, action, resource)
  const start = `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} `
  assert.ok(sentence.startsWith(start))
  return sentence.slice(start.length)
}

const all: readonly Opinion[] = ['allow', 'deny', 'silent', 'absent']
const combinations: readonly Combination[] = all.flatMap((identity) =>
  all.flatMap((boundary) =>
    all.flatMap((session) => all.map((serviceControl) => ({ identity, boundary, session, serviceControl }))),
  ),
)

const grants: readonly Grant[] = ['direct', 'role', 'everyone', 'account', 'somebody else', 'deny', 'absent']
for (const principal of [alice, worker]) {
  for (const account of [ACCOUNT, '999999999999']) {
    for (const grant of grants) {
      if (grant === 'role' && !principal.roleArn) continue
      const where = account === ACCOUNT ? 'at home' : 'in another account'
      test(`a ${principal.kind} ${where}, with the resource's policy ${grant}: ${combinations.length} combinations`, () => {
        const resource = `arn:aws:lambda:us-east-1:${account}:function:f`
        const granted = grantOf(grant, principal)
        for (const combination of combinations) {
          const { identity, boundary, session, serviceControl } = combination
          const permissionsBoundary = policyOf(boundary)
          const sessionPolicies = listOf(session)
          const serviceControls = listOf(serviceControl)
          const policies: ApplicablePolicies = {
            identity: listOf(identity) ?? [],
            resource: granted,
            ...(permissionsBoundary && { permissionsBoundary }),
            ...(sessionPolicies && { session: sessionPolicies }),
            ...(serviceControls && { serviceControl: serviceControls }),
          }
          const wanted = expected(combination, grant, account !== ACCOUNT)
          assert.equal(outcome(principal, resource, policies), wanted, JSON.stringify(combination))
        }
      })
    }
  }
}
