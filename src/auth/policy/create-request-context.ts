import { isOfAccount, type Principal } from '../principal.ts'
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
  readonly resourceAccount?: string | undefined
  readonly resourceTags?: Tags | undefined
  /** Tags that the request sets. */
  readonly requestTags?: Tags | undefined
  /** Keys of tags that the request sets or removes, if not those of `requestTags`. */
  readonly tagKeys?: readonly string[] | undefined
  /** Keys of the service, such as `lambda:FunctionUrlAuthType`, and whatever else only the caller knows; any case. */
  readonly keys?: Readonly<Record<string, ContextValue | undefined>> | undefined
}

export function createRequestContext(facts: RequestFacts): RequestContext {
  return { get: (key) => globalKeys.get(key)?.(facts) ?? tagOf(key, facts) ?? ignoringCase(facts.keys, key) }
}

type Compute = (facts: RequestFacts) => ContextValue | undefined

const globalKeys: ReadonlyMap<string, Compute> = new Map<string, Compute>(
  Object.entries<Compute>({
    'aws:principalarn': ({ principal }) => (isOfAccount(principal) ? (principal.roleArn ?? principal.arn) : undefined),
    'aws:principalaccount': ({ principal }) => (isOfAccount(principal) ? principal.account : undefined),
    'aws:principaltype': ({ principal }) => principalTypes[principal.kind],
    'aws:principalisawsservice': ({ principal }) => String(principal.kind === 'service'),
    'aws:principalservicename': ({ principal }) => (principal.kind === 'service' ? principal.service : undefined),
    'aws:userid': ({ principal }) => (isOfAccount(principal) ? principal.userId : undefined),
    'aws:username': ({ principal }) => (isOfAccount(principal) ? principal.userName : undefined),
    'aws:sourceidentity': ({ principal }) => (isOfAccount(principal) ? principal.sourceIdentity : undefined),
    'aws:viaawsservice': () => 'false',
    'aws:sourceip': ({ sourceIp }) => sourceIp,
    'aws:securetransport': ({ secure }) => String(secure),
    'aws:currenttime': ({ nowMs }) => new Date(nowMs).toISOString(),
    'aws:epochtime': ({ nowMs }) => String(Math.floor(nowMs / 1000)),
    'aws:requestedregion': ({ region }) => region,
    'aws:useragent': ({ userAgent }) => userAgent,
    'aws:resourceaccount': ({ resourceAccount }) => resourceAccount,
    'aws:tagkeys': ({ tagKeys, requestTags }) => tagKeys ?? (requestTags && Object.keys(requestTags)),
  }),
)

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
