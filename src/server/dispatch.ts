import { authorizationResource, type ContextValue, lambdaActions } from '#auth'
import {
  accessDeniedException,
  iamService,
  logsService,
  notImplemented,
  type Operation,
  type OperationName,
  type Service,
  stsService,
} from '#model'
import { addressOf, handlers, neighbours, notYet, type RequestContext } from '#operations'
import type { FunctionAddress, Place } from '#resources'

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
  addressOf(place: Place, account: string, input: Input): FunctionAddress
  /** Undefined when everybody may. */
  authorization(input: Input, context: RequestContext): Question | undefined
  handle(input: Input, context: RequestContext): Output | Promise<Output>
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
  if (service === iamService) return neighbourDispatch(neighbours.iam, operation)
  if (service === stsService) return neighbourDispatch(neighbours.sts, operation)
  if (service === logsService) return neighbourDispatch(neighbours.logs, operation)
  return lambdaDispatch(operation)
}

const NOWHERE: FunctionAddress = { account: '', functionName: '' }

function lambdaDispatch(operation: Operation): Dispatch {
  const name = operation.name as OperationName
  const entry = lambdaActions[name]
  // The table pairs each name with the handler of that name, which the compiler cannot see through a variable.
  const handle = handlers[name] as Dispatch['handle'] | typeof notYet
  if (handle === notYet) throw notImplemented(name)
  return {
    isTraced: name === 'Invoke' || name === 'InvokeAsync',
    addressOf: (place, account, input) => {
      const FunctionName = input.FunctionName ?? taggedFunction(input)
      if (typeof FunctionName !== 'string') return NOWHERE
      return addressOf(place, account, { FunctionName, Qualifier: input.Qualifier as string | undefined })
    },
    authorization: (input, { place, caller, address }) => {
      // Nobody can be allowed it by a resource policy, because there is no resource yet: AWS gives no reason.
      if (name === 'CreateFunction' && address.account !== caller.account) throw accessDeniedException(null)
      const here = { ...place, account: caller.account }
      return {
        action: entry.action,
        resource: authorizationResource(entry, input, here, address === NOWHERE ? undefined : address),
      }
    },
    handle,
  }
}

/** The ARN in `Resource`, when it is a function's. */
const taggedFunction = ({ Resource }: Input) =>
  typeof Resource === 'string' && Resource.split(':')[5] === 'function' ? Resource : undefined

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
      ) => Question | undefined
    >
  >
}

function neighbourDispatch(neighbour: Neighbour, operation: Operation): Dispatch {
  const handler = neighbour.handlers[operation.name] as Dispatch['handle'] | undefined
  const authorization = neighbour.authorization[operation.name]
  if (!handler) throw notImplemented(operation.name)
  return {
    isTraced: false,
    addressOf: () => NOWHERE,
    authorization: (input, { place, caller }) => {
      neighbour.admit?.(caller)
      return authorization?.(input as never, { ...place, account: caller.account, caller })
    },
    handle: handler,
  }
}
