import { isOfAccount, type Principal } from '../principal.ts'
import { accountInArn } from './arn-pattern.ts'
import type { ContextValue, RequestContext } from './request-context.ts'

export type Tags = Readonly<Record<string, string>>

/** What is known about a request when it is authorized. */
export interface RequestFacts {
  readonly principal: Principal
  readonly nowMs: number
  readonly secure: boolean
  readonly sourceIp?: string | undefined
  readonly region?: string | undefined
  readonly userAgent?: string | undefined
  /** The ARN that is asked for, or `*`. */
  readonly resource?: string | undefined
  /** Given where the ARN does not tell. */
  readonly resourceAccount?: string | undefined
  /** The organization that the accounts of this server are in. */
  readonly organizationId?: string | undefined
  /** On whose behalf a service asks. */
  readonly sourceArn?: string | undefined
  readonly sourceAccount?: string | undefined
  readonly resourceTags?: Tags | undefined
  /** Tags that the request sets. */
  readonly requestTags?: Tags | undefined
  /** Keys of tags that the request sets or removes, if not those of `requestTags`. */
  readonly tagKeys?: readonly string[] | undefined
  /** Whatever else only the one who asks knows, such as `iam:PassedToService`; any case. */
  readonly keys?: ConditionKeys | undefined
  /** Keys of the service, such as `lambda:Layer`: the value of one in lower case. */
  readonly serviceKey?: ((key: string) => ContextValue | undefined) | undefined
}

export type ConditionKeys = Readonly<Record<string, ContextValue | undefined>>

export function createRequestContext(facts: RequestFacts): RequestContext {
  return {
    get: (key) =>
      globalKeys.get(key)?.(facts) ?? tagOf(key, facts) ?? ignoringCase(facts.keys, key) ?? facts.serviceKey?.(key),
  }
}

type Compute = (facts: RequestFacts) => ContextValue | undefined

const globalKeys: ReadonlyMap<string, Compute> = new Map<string, Compute>(
  Object.entries<Compute>({
    'aws:principalarn': ({ principal }) => (isOfAccount(principal) ? (principal.roleArn ?? principal.arn) : undefined),
    'aws:principalaccount': ({ principal }) => (isOfAccount(principal) ? principal.account : undefined),
    'aws:principalorgid': ({ principal, organizationId }) => (isOfAccount(principal) ? organizationId : undefined),
    'aws:principaltype': ({ principal }) => principalTypes[principal.kind],
    'aws:principalisawsservice': ({ principal }) => String(principal.kind === 'service'),
    'aws:principalservicename': ({ principal }) => (principal.kind === 'service' ? principal.service : undefined),
    'aws:userid': ({ principal }) => (isOfAccount(principal) ? principal.userId : undefined),
    'aws:username': ({ principal }) => (isOfAccount(principal) ? principal.userName : undefined),
    'aws:sourceidentity': ({ principal }) => (isOfAccount(principal) ? principal.sourceIdentity : undefined),
    'aws:viaawsservice': () => 'false',
    'aws:sourcearn': ({ sourceArn }) => sourceArn,
    'aws:sourceaccount': ({ sourceAccount }) => sourceAccount,
    'aws:sourceip': ({ sourceIp }) => sourceIp,
    'aws:securetransport': ({ secure }) => String(secure),
    'aws:currenttime': ({ nowMs }) => timeText(nowMs),
    'aws:epochtime': ({ nowMs }) => String(Math.floor(nowMs / 1000)),
    'aws:requestedregion': ({ region }) => region,
    'aws:useragent': ({ userAgent }) => userAgent,
    'aws:resourceaccount': ({ resource, resourceAccount }) =>
      resourceAccount ?? (accountInArn(resource ?? '') || undefined),
    // Whichever service is called with the keys of a function.
    'lambda:sourcefunctionarn': ({ principal }) => (isOfAccount(principal) ? principal.sourceFunctionArn : undefined),
    'aws:tagkeys': ({ tagKeys, requestTags }) => tagKeys ?? (requestTags && Object.keys(requestTags)),
  }),
)

// Making the text takes longer than the rest of most decisions, and many fall into one millisecond.
let textMs = Number.NaN
let text = ''

function timeText(nowMs: number): string {
  if (nowMs !== textMs) {
    textMs = nowMs
    text = new Date(nowMs).toISOString()
  }
  return text
}

const principalTypes: Readonly<Record<Principal['kind'], string | undefined>> = {
  root: 'Account',
  user: 'User',
  'role-session': 'AssumedRole',
  service: undefined,
  anonymous: 'Anonymous',
}

function tagOf(key: string, { principal, resourceTags, requestTags }: RequestFacts): string | undefined {
  const slash = key.indexOf('/')
  if (slash < 0) return undefined
  const name = key.slice(slash + 1)
  switch (key.slice(0, slash)) {
    case 'aws:resourcetag':
      return ignoringCase(resourceTags, name)
    case 'aws:requesttag':
      return ignoringCase(requestTags, name)
    case 'aws:principaltag':
      return isOfAccount(principal) ? ignoringCase(principal.tags, name) : undefined
    default:
      return undefined
  }
}

/** Names of condition keys have no case, the names of tags in them included. */
function ignoringCase<Value>(values: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  for (const key in values) if (key.toLowerCase() === name) return values[key]
  return undefined
}
