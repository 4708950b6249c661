import {
  type AuthorizedResource,
  authorizationResource,
  type ContextValue,
  isOpenToAccounts,
  lambdaActions,
  lambdaKey,
} from '#auth'
import {
  accessDeniedException,
  iamService,
  isMutation,
  lambdaService,
  logsService,
  notImplemented,
  type Operation,
  type OperationName,
  type Service,
  stsService,
} from '#model'
import { addressOf, handlers, neighbours, notYet, type RequestContext, type Services } from '#operations'
import { type FunctionAddress, functionArn, LATEST, type Place } from '#resources'
import type { Addressed } from './addressed.ts'

type Input = Record<string, unknown>
type Output = Readonly<Record<string, unknown>>

/** What policies are asked before an operation begins. */
interface Question {
  readonly action: string
  readonly resource: string
  readonly keys?: Readonly<Record<string, ContextValue>>
}

/** How one operation is authorized and handled. */
export interface Dispatch {
  /** Only invocations carry a trace. */
  readonly isTraced: boolean
  /** Its successes are kept in the audit log. */
  readonly isMutation: boolean
  addressOf(place: Place, account: string, input: Input): FunctionAddress
  /** The ARN of the code signing configuration that the request is about. */
  configArnOf(input: Input): string | undefined
  /** All of them must be answered with yes; none when everybody may. */
  questions(input: Input, context: RequestContext, addressed: Addressed): readonly Question[]
  /** The value of one of the service's own condition keys, in lower case. */
  conditionKey(key: string, of: KeySource, services: Pick<Services, 'place' | 'store'>): ContextValue | undefined
  handle(input: Input, context: RequestContext): Output | Promise<Output>
}

/** What condition keys are read from. */
export interface KeySource {
  readonly input: Readonly<Record<string, unknown>>
  readonly address: FunctionAddress
  readonly addressed: Addressed
}

const made = new Map<Operation, Dispatch>()

export function dispatcherOf(service: Service, operation: Operation): Dispatch {
  const known = made.get(operation)
  if (known) return known
  const dispatch = makeDispatch(service, operation)
  made.set(operation, dispatch)
  return dispatch
}

function makeDispatch(service: Service, operation: Operation): Dispatch {
  if (service === iamService) return neighbourDispatch(neighbours.iam, service, operation)
  if (service === stsService) return neighbourDispatch(neighbours.sts, service, operation)
  if (service === logsService) return neighbourDispatch(neighbours.logs, service, operation)
  return lambdaDispatch(operation)
}

const traced: ReadonlySet<OperationName> = new Set(['Invoke', 'InvokeAsync', 'InvokeWithResponseStream'])

const NOWHERE: FunctionAddress = { account: '', functionName: '' }

function lambdaDispatch(operation: Operation): Dispatch {
  const name = operation.name as OperationName
  const entry = lambdaActions[name]
  // The table pairs each name with the handler of that name, which the compiler cannot see through a variable.
  const handler = handlers[name] as Dispatch['handle'] | typeof notYet
  const conditionKey: Dispatch['conditionKey'] = (key, { input, address, addressed }, { place, store }) =>
    lambdaKey(key, {
      operation: name,
      input,
      functionArn: () => (address === NOWHERE ? undefined : functionArn(place, address)),
      urlAuthType: () => urlAuthTypeOf(store, address),
      policy: () => policyOf(address, addressed),
    })
  return {
    isTraced: traced.has(name),
    isMutation: isMutation(lambdaService, operation),
    addressOf: (place, account, input) => {
      const FunctionName = input.FunctionName ?? functionIn(input.Resource ?? input.ResourceArn)
      if (typeof FunctionName !== 'string') return NOWHERE
      return addressOf(place, account, { FunctionName, Qualifier: input.Qualifier as string | undefined })
    },
    configArnOf: (input) => configArnIn(entry.resource, input),
    questions: (input, context, addressed) => {
      const { place, caller, address } = context
      // AWS gives no reason.
      if (address !== NOWHERE && address.account !== caller.account && !isOpenToAccounts(name))
        throw accessDeniedException(null)
      const here = { ...place, account: caller.account }
      const resource = authorizationResource(entry, input, here, address === NOWHERE ? undefined : address)
      if (resource === undefined) return []
      const question = { action: entry.action, resource }
      if (!namesPrincipals.has(name)) return [question]
      const principals = conditionKey('lambda:principal', { input, address, addressed }, context)
      return onceForEach(principals, question)
    },
    conditionKey,
    handle: handler === notYet ? () => refuse(name) : handler,
  }
}

/** These may name several at once. */
const namesPrincipals: ReadonlySet<OperationName> = new Set<OperationName>([
  'PutResourcePolicy',
  'DeleteResourcePolicy',
  'RemovePermission',
])

/** Who may grant something to one of them may not yet grant it to all. */
function onceForEach(principals: ContextValue | undefined, question: Question): readonly Question[] {
  if (principals === undefined || typeof principals === 'string') return [question]
  return [...new Set(principals)].map((principal) => ({ ...question, keys: { 'lambda:Principal': principal } }))
}

function refuse(name: OperationName): never {
  throw notImplemented(name)
}

/** The ARN that the request is about, when it is a function's. */
const functionIn = (arn: unknown) => (typeof arn === 'string' && arn.split(':')[5] === 'function' ? arn : undefined)

/** Not that of an operation about a function, which only mentions it. */
function configArnIn(resource: AuthorizedResource, { CodeSigningConfigArn, Resource }: Input): string | undefined {
  const arn = resource === 'code-signing-config' ? CodeSigningConfigArn : resource === 'tagged-resource' ? Resource : ''
  return typeof arn === 'string' && arn.includes(':code-signing-config:') ? arn : undefined
}

/** The policy of what is addressed; `$LATEST` has none of its own. */
function policyOf({ qualifier }: FunctionAddress, { latest, qualified }: Addressed) {
  if (qualifier === LATEST) return undefined
  return (qualifier === undefined ? latest : qualified)?.policy
}

/** How callers of the function's URL are authenticated now. */
const urlAuthTypeOf = ({ functionUrls }: Services['store'], { account, functionName, qualifier }: FunctionAddress) =>
  functionUrls.get(account, functionName, qualifier ?? LATEST)?.authType

interface Neighbour {
  /** Throws for callers whom the service does not take at all. */
  readonly admit?: (caller: RequestContext['caller']) => void
  readonly handlers: Readonly<Record<string, (input: never, context: RequestContext) => unknown>>
  readonly authorization: Readonly<
    Record<
      string,
      (
        input: never,
        of: { account: string; partition: string; region: string; caller: RequestContext['caller'] },
      ) => Question | readonly Question[] | undefined
    >
  >
}

function neighbourDispatch(neighbour: Neighbour, service: Service, operation: Operation): Dispatch {
  const handler = neighbour.handlers[operation.name] as Dispatch['handle'] | undefined
  const authorization = neighbour.authorization[operation.name]
  if (!handler) throw notImplemented(operation.name)
  return {
    isTraced: false,
    isMutation: isMutation(service, operation),
    addressOf: () => NOWHERE,
    configArnOf: () => undefined,
    conditionKey: () => undefined,
    questions: (input, { place, caller }) => {
      neighbour.admit?.(caller)
      return [authorization?.(input as never, { ...place, account: caller.account, caller }) ?? []].flat()
    },
    handle: handler,
  }
}
