import type { Cors, Lambda } from '@aws-sdk/client-lambda'
import { poll } from '../../support/poll.ts'
import { type Resource, unlessGone } from './resource.ts'

export interface AliasAttributes {
  readonly function_name: string
  readonly name: string
  readonly description: string
  readonly function_version: string
  readonly routing_config: readonly { readonly additional_version_weights: Readonly<Record<string, number>> }[]
}

/** aws_lambda_alias */
export function alias(lambda: Lambda): Resource<AliasAttributes> {
  const inputOf = (wanted: AliasAttributes) => ({
    FunctionName: wanted.function_name,
    Name: wanted.name,
    Description: wanted.description,
    FunctionVersion: wanted.function_version,
    // Without weights it is an empty object.
    RoutingConfig: wanted.routing_config[0]
      ? { AdditionalVersionWeights: { ...wanted.routing_config[0].additional_version_weights } }
      : {},
  })
  const find = ({ function_name: FunctionName, name: Name }: AliasAttributes) =>
    unlessGone(lambda.getAlias({ FunctionName, Name }))
  return {
    create: (wanted) => lambda.createAlias(inputOf(wanted)),
    async read(of) {
      const found = await find(of)
      const weights = found?.RoutingConfig
      return (
        found && {
          function_name: of.function_name,
          name: found.Name ?? '',
          description: found.Description ?? '',
          function_version: found.FunctionVersion ?? '',
          routing_config: weights ? [{ additional_version_weights: weights.AdditionalVersionWeights ?? {} }] : [],
        }
      )
    },
    async update(_before, wanted) {
      await lambda.updateAlias(inputOf(wanted))
      const isCleared = async () => (await find(wanted))?.RoutingConfig?.AdditionalVersionWeights === undefined
      if (wanted.routing_config.length === 0) await poll(async () => (await isCleared()) || undefined)
    },
    delete: ({ function_name: FunctionName, name: Name }) => lambda.deleteAlias({ FunctionName, Name }),
  }
}

export interface PermissionAttributes {
  /** A name or an ARN: the state keeps the form. */
  readonly function_name: string
  readonly qualifier: string
  readonly statement_id: string
  readonly action: string
  readonly principal: string
  readonly source_arn?: string
  readonly source_account?: string
  readonly principal_org_id?: string
  readonly event_source_token?: string
  readonly function_url_auth_type?: string
  readonly invoked_via_function_url?: boolean
}

interface Statement {
  readonly Sid: string
  readonly Action: string
  readonly Resource: string
  readonly Principal: string | { readonly AWS?: string; readonly Service?: string }
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** aws_lambda_permission: every change is a new one. */
export function permission(lambda: Lambda): Resource<PermissionAttributes> {
  const addressOf = ({ function_name: FunctionName, qualifier }: PermissionAttributes) => ({
    FunctionName,
    Qualifier: qualifier || undefined,
  })
  return {
    create: (wanted) =>
      lambda.addPermission({
        ...addressOf(wanted),
        StatementId: wanted.statement_id,
        Action: wanted.action,
        Principal: wanted.principal,
        SourceArn: wanted.source_arn,
        SourceAccount: wanted.source_account,
        PrincipalOrgID: wanted.principal_org_id,
        EventSourceToken: wanted.event_source_token,
        FunctionUrlAuthType: wanted.function_url_auth_type as never,
        InvokedViaFunctionUrl: wanted.invoked_via_function_url,
      }),
    async read(of) {
      const found = await unlessGone(lambda.getPolicy(addressOf(of)))
      const { Statement: statements = [] }: { Statement?: Statement[] } = JSON.parse(found?.Policy ?? '{}')
      const statement = statements.find(({ Sid }) => Sid === of.statement_id)
      return statement && permissionOf(statement, of.function_name.startsWith('arn:'))
    },
    update: async () => {},
    delete: (of) => lambda.removePermission({ ...addressOf(of), StatementId: of.statement_id }),
  }
}

/** Everything is read out of the statement; name and qualifier out of its resource. */
function permissionOf({ Sid, Action, Resource, Principal, Condition = {} }: Statement, isArn: boolean) {
  const [, name = '', qualifier = ''] = /:function:([^:]+)(?::(.+))?$/.exec(Resource) ?? []
  const { StringEquals: equals = {}, ArnLike: like = {}, Bool: bool = {} } = Condition
  const conditions = {
    source_arn: like['AWS:SourceArn'],
    source_account: equals['AWS:SourceAccount'],
    principal_org_id: equals['aws:PrincipalOrgID'],
    event_source_token: equals['lambda:EventSourceToken'],
    function_url_auth_type: equals['lambda:FunctionUrlAuthType'],
    invoked_via_function_url: bool['lambda:InvokedViaFunctionUrl'] === 'true' || undefined,
  }
  return {
    function_name: isArn ? Resource.replace(qualifier === '' ? '' : `:${qualifier}`, '') : name,
    qualifier,
    statement_id: Sid,
    action: Action,
    principal: typeof Principal === 'string' ? Principal : (Principal.AWS ?? Principal.Service ?? ''),
    ...(Object.fromEntries(
      Object.entries(conditions).filter(([, value]) => value !== undefined),
    ) as Partial<PermissionAttributes>),
  }
}

export interface UrlAttributes {
  readonly function_name: string
  readonly qualifier: string
  readonly authorization_type: string
  readonly invoke_mode: string
  readonly cors: readonly Cors[]
}

/** aws_lambda_function_url; with the permission that it adds for everybody. */
export function functionUrl(lambda: Lambda): Resource<UrlAttributes> {
  const addressOf = ({ function_name: FunctionName, qualifier }: UrlAttributes) => ({
    FunctionName,
    Qualifier: qualifier || undefined,
  })
  const inputOf = (wanted: UrlAttributes) => ({
    ...addressOf(wanted),
    AuthType: wanted.authorization_type as never,
    InvokeMode: wanted.invoke_mode as never,
  })
  return {
    async create(wanted) {
      await lambda.createFunctionUrlConfig({ ...inputOf(wanted), Cors: wanted.cors[0] })
      if (wanted.authorization_type !== 'NONE') return
      await lambda.addPermission({
        ...addressOf(wanted),
        Action: 'lambda:InvokeFunctionUrl',
        FunctionUrlAuthType: 'NONE',
        Principal: '*',
        StatementId: 'FunctionURLAllowPublicAccess',
      })
    },
    async read(of) {
      const found = await unlessGone(lambda.getFunctionUrlConfig(addressOf(of)))
      return (
        found && {
          function_name: of.function_name,
          qualifier: of.qualifier,
          authorization_type: found.AuthType ?? '',
          invoke_mode: found.InvokeMode ?? '',
          cors: found.Cors ? [found.Cors] : [],
        }
      )
    },
    // A block that is gone is sent as an empty object.
    update: (_before, wanted) => lambda.updateFunctionUrlConfig({ ...inputOf(wanted), Cors: wanted.cors[0] ?? {} }),
    delete: (of) => lambda.deleteFunctionUrlConfig(addressOf(of)),
  }
}

export interface EventInvokeAttributes {
  readonly function_name: string
  readonly qualifier: string
  readonly maximum_event_age_in_seconds: number
  readonly maximum_retry_attempts: number
  /** Those that are unset come back as empty objects, which are none. */
  readonly destination_config: readonly string[]
}

/** aws_lambda_function_event_invoke_config: an update puts everything anew. */
export function eventInvokeConfig(lambda: Lambda): Resource<EventInvokeAttributes> {
  const addressOf = ({ function_name: FunctionName, qualifier }: EventInvokeAttributes) => ({
    FunctionName,
    Qualifier: qualifier || undefined,
  })
  const put = (wanted: EventInvokeAttributes) =>
    lambda.putFunctionEventInvokeConfig({
      ...addressOf(wanted),
      MaximumEventAgeInSeconds: wanted.maximum_event_age_in_seconds || undefined,
      MaximumRetryAttempts: wanted.maximum_retry_attempts,
    })
  return {
    create: put,
    async read(of) {
      const found = await unlessGone(lambda.getFunctionEventInvokeConfig(addressOf(of)))
      const { OnSuccess, OnFailure } = found?.DestinationConfig ?? {}
      return (
        found && {
          function_name: of.function_name,
          qualifier: of.qualifier,
          maximum_event_age_in_seconds: found.MaximumEventAgeInSeconds ?? 0,
          maximum_retry_attempts: found.MaximumRetryAttempts ?? -1,
          destination_config: [OnSuccess, OnFailure].flatMap((one) => one?.Destination ?? []),
        }
      )
    },
    update: (_before, wanted) => put(wanted),
    delete: (of) => lambda.deleteFunctionEventInvokeConfig(addressOf(of)),
  }
}

export interface ProvisionedAttributes {
  readonly function_name: string
  readonly qualifier: string
  readonly provisioned_concurrent_executions: number
}

/** aws_lambda_provisioned_concurrency_config: waits until it is ready, and reads what was allocated. */
export function provisionedConcurrency(lambda: Lambda): Resource<ProvisionedAttributes> {
  const addressOf = ({ function_name: FunctionName, qualifier: Qualifier }: ProvisionedAttributes) => ({
    FunctionName,
    Qualifier,
  })
  const put = async (wanted: ProvisionedAttributes) => {
    const ProvisionedConcurrentExecutions = wanted.provisioned_concurrent_executions
    await lambda.putProvisionedConcurrencyConfig({ ...addressOf(wanted), ProvisionedConcurrentExecutions })
    await poll(async () => {
      const { Status, StatusReason } = await lambda.getProvisionedConcurrencyConfig(addressOf(wanted))
      if (Status === 'FAILED') throw new Error(StatusReason)
      return Status === 'READY' || undefined
    })
  }
  return {
    create: put,
    async read(of) {
      const found = await unlessGone(lambda.getProvisionedConcurrencyConfig(addressOf(of)))
      return found && { ...of, provisioned_concurrent_executions: found.AllocatedProvisionedConcurrentExecutions ?? 0 }
    },
    update: (_before, wanted) => put(wanted),
    delete: (of) => lambda.deleteProvisionedConcurrencyConfig(addressOf(of)),
  }
}

export interface ModesAttributes {
  readonly function_name: string
  readonly recursive_loop: string
  readonly update_runtime_on: string
}

/** aws_lambda_function_recursion_config and aws_lambda_runtime_management_config: deleting them puts the defaults. */
export function modes(lambda: Lambda): Resource<ModesAttributes> {
  const put = async ({ function_name: FunctionName, recursive_loop, update_runtime_on }: ModesAttributes) => {
    await lambda.putFunctionRecursionConfig({ FunctionName, RecursiveLoop: recursive_loop as never })
    await lambda.putRuntimeManagementConfig({ FunctionName, UpdateRuntimeOn: update_runtime_on as never })
  }
  return {
    create: put,
    async read({ function_name }) {
      const of = { FunctionName: function_name }
      const recursion = await unlessGone(lambda.getFunctionRecursionConfig(of))
      const runtime = await unlessGone(lambda.getRuntimeManagementConfig(of))
      return (
        runtime && {
          function_name,
          recursive_loop: recursion?.RecursiveLoop ?? '',
          update_runtime_on: runtime.UpdateRuntimeOn ?? '',
        }
      )
    },
    update: (_before, wanted) => put(wanted),
    delete: ({ function_name }) => put({ function_name, recursive_loop: 'Terminate', update_runtime_on: 'Auto' }),
  }
}
