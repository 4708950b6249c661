import type { OperationName } from '#model'
import { conditionValuesIn, principalsIn, type ResourcePolicy, resourcePolicy } from '#resources'
import type { ContextValue } from './policy/request-context.ts'

/** What Lambda's own condition keys are read from; each member only when a policy asks. */
export interface LambdaRequest {
  readonly operation: OperationName
  readonly input: Readonly<Record<string, unknown>>
  /** Of the function that the request names. */
  readonly functionArn: () => string | undefined
  /** How callers of the function's URL are authenticated now. */
  readonly urlAuthType: () => string | undefined
  /** The policy as it is, of what the request addresses. */
  readonly policy: () => ResourcePolicy | undefined
}

/** The value of a key in lower case, in the context of a request. */
export function lambdaKey(key: string, request: LambdaRequest): ContextValue | undefined {
  return key.startsWith('lambda:') ? keys[request.operation]?.[key]?.(request) : undefined
}

type Compute = (request: LambdaRequest) => ContextValue | undefined
type Keys = Readonly<Record<string, Compute>>

const member =
  (name: string): Compute =>
  ({ input }) =>
    asValue(input[name])

/** What a network is asked for with. A VPC has no id here, so `lambda:VpcIds` is absent. */
const network: Keys = {
  'lambda:subnetids': ({ input }) => asValue(asObject(input.VpcConfig).SubnetIds),
  'lambda:securitygroupids': ({ input }) => asValue(asObject(input.VpcConfig).SecurityGroupIds),
}

const ofFunction: Keys = { 'lambda:functionarn': ({ functionArn }) => functionArn() }
const ofUrl: Keys = {
  ...ofFunction,
  'lambda:functionurlauthtype': ({ input, urlAuthType }) => asValue(input.AuthType) ?? urlAuthType(),
}

/** The keys of AWS's service reference that a request itself can tell, by operation. */
const keys: Readonly<Partial<Record<OperationName, Keys>>> = {
  AddPermission: {
    'lambda:principal': member('Principal'),
    'lambda:functionurlauthtype': member('FunctionUrlAuthType'),
  },
  RemovePermission: {
    'lambda:principal': ({ input, policy }) => found(policy(), (it) => principalsIn(it, String(input.StatementId))),
    'lambda:functionurlauthtype': ({ input, policy }) =>
      found(policy(), (it) => conditionValuesIn(it, String(input.StatementId), 'lambda:FunctionUrlAuthType')),
  },
  PutResourcePolicy: { 'lambda:principal': ({ input }) => principalsOf(input.Policy) },
  DeleteResourcePolicy: { 'lambda:principal': ({ policy }) => found(policy(), (it) => principalsIn(it)) },
  CreateFunction: {
    ...network,
    'lambda:layer': member('Layers'),
    'lambda:codesigningconfigarn': member('CodeSigningConfigArn'),
  },
  UpdateFunctionConfiguration: { ...network, 'lambda:layer': member('Layers') },
  PutFunctionCodeSigningConfig: { 'lambda:codesigningconfigarn': member('CodeSigningConfigArn') },
  CreateCapacityProvider: network,
  CreateEventSourceMapping: ofFunction,
  UpdateEventSourceMapping: ofFunction,
  CreateFunctionUrlConfig: ofUrl,
  UpdateFunctionUrlConfig: ofUrl,
  GetFunctionUrlConfig: ofUrl,
  DeleteFunctionUrlConfig: ofUrl,
  ListFunctionUrlConfigs: ofUrl,
}

/** One value is as good as the value itself; none is a missing key. */
function found(
  policy: ResourcePolicy | undefined,
  read: (policy: ResourcePolicy) => readonly string[],
): ContextValue | undefined {
  const values = policy ? read(policy) : []
  return values.length > 1 ? values : values[0]
}

/** A text that is no policy names nobody; the operation says what is wrong with it. */
function principalsOf(document: unknown): ContextValue | undefined {
  try {
    return found(resourcePolicy(String(document)), (policy) => principalsIn(policy))
  } catch {
    return undefined
  }
}

function asValue(value: unknown): ContextValue | undefined {
  if (Array.isArray(value)) return value.length > 0 ? value.map(String) : undefined
  return typeof value === 'string' ? value : undefined
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}
