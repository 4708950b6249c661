import { type FunctionConfiguration, type Lambda, paginateListVersionsByFunction } from '@aws-sdk/client-lambda'
import { poll } from '../../support/poll.ts'
import { type Resource, type Tags, tagChanges, unlessGone } from './resource.ts'

/** Blocks are lists of none or one, as in the state. */
type Block<Members> = readonly [] | readonly [Members]

export interface FunctionAttributes {
  readonly function_name: string
  readonly code: Buffer
  readonly code_sha256: string
  readonly description: string
  readonly role: string
  readonly handler: string
  readonly runtime: string
  readonly memory_size: number
  readonly timeout: number
  readonly architectures: readonly string[]
  readonly publish: boolean
  readonly kms_key_arn: string
  readonly layers: readonly string[]
  readonly reserved_concurrent_executions: number
  readonly code_signing_config_arn: string
  readonly environment: Block<{ readonly variables: Readonly<Record<string, string>> }>
  readonly ephemeral_storage: Block<{ readonly size: number }>
  readonly logging_config: Block<{
    readonly log_format: string
    readonly log_group: string
    readonly application_log_level: string
    readonly system_log_level: string
  }>
  readonly snap_start: Block<{ readonly apply_on: string; readonly optimization_status: string }>
  readonly tracing_config: Block<{ readonly mode: string }>
  readonly vpc_config: Block<{
    readonly subnet_ids: readonly string[]
    readonly security_group_ids: readonly string[]
    readonly ipv6_allowed_for_dual_stack: boolean
  }>
  readonly tags: Tags
  readonly version: string
  readonly qualified_arn: string
}

/** What a configuration leaves out. */
export const functionDefaults = {
  description: '',
  memory_size: 128,
  timeout: 3,
  architectures: ['x86_64'],
  publish: false,
  kms_key_arn: '',
  layers: [],
  reserved_concurrent_executions: -1,
  code_signing_config_arn: '',
  environment: [],
  ephemeral_storage: [{ size: 512 }],
  snap_start: [],
  tracing_config: [{ mode: 'PassThrough' }],
  vpc_config: [],
  tags: {},
  version: '$LATEST',
} as const satisfies Partial<FunctionAttributes>

/** aws_lambda_function */
export function lambdaFunction(lambda: Lambda): Resource<FunctionAttributes> {
  const find = (FunctionName: string) => unlessGone(lambda.getFunction({ FunctionName }))
  const isSaid = async (name: string, member: 'State' | 'LastUpdateStatus', value: string) =>
    (await find(name))?.Configuration?.[member] === value || undefined

  return {
    async create(wanted) {
      await lambda.createFunction({
        FunctionName: wanted.function_name,
        Code: { ZipFile: wanted.code },
        PackageType: 'Zip',
        Publish: wanted.publish,
        Tags: { ...wanted.tags },
        Architectures: wanted.architectures as never,
        ...configurationOf(wanted),
        Environment: wanted.environment[0] && { Variables: { ...wanted.environment[0].variables } },
        VpcConfig: wanted.vpc_config[0] && vpcOf(wanted),
        KMSKeyArn: wanted.kms_key_arn || undefined,
        CodeSigningConfigArn: wanted.code_signing_config_arn || undefined,
        Layers: wanted.layers.length > 0 ? [...wanted.layers] : undefined,
        SnapStart: wanted.snap_start[0] && snapStartOf(wanted),
      })
      await poll(() => isSaid(wanted.function_name, 'State', 'Active'))
      if (wanted.reserved_concurrent_executions >= 0) await reserve(lambda, wanted)
    },

    async read(of) {
      const found = await find(of.function_name)
      if (!found?.Configuration) return undefined
      const latest = await latestVersion(lambda, of.function_name)
      const signing = await lambda.getFunctionCodeSigningConfig({ FunctionName: of.function_name })
      return {
        ...shown(found.Configuration),
        code: of.code,
        publish: of.publish,
        reserved_concurrent_executions: found.Concurrency?.ReservedConcurrentExecutions ?? -1,
        code_signing_config_arn: signing.CodeSigningConfigArn ?? '',
        tags: found.Tags ?? {},
        version: latest.Version ?? '',
        qualified_arn: latest.FunctionArn ?? '',
      }
    },

    async update(before, wanted) {
      const FunctionName = before.function_name
      await updateTags(lambda, before, wanted)
      await updateSigning(lambda, before, wanted)
      await lambda.updateFunctionConfiguration({
        FunctionName,
        ...configurationOf(wanted),
        Environment: { Variables: { ...wanted.environment[0]?.variables } },
        VpcConfig: vpcOf(wanted),
        KMSKeyArn: wanted.kms_key_arn,
        Layers: [...wanted.layers],
        SnapStart: snapStartOf(wanted),
      })
      await poll(() => isSaid(FunctionName, 'LastUpdateStatus', 'Successful'))
      if (wanted.code_sha256 !== before.code_sha256) {
        await lambda.updateFunctionCode({ FunctionName, ZipFile: wanted.code })
        await poll(() => isSaid(FunctionName, 'LastUpdateStatus', 'Successful'))
      }
      if (wanted.reserved_concurrent_executions !== before.reserved_concurrent_executions) await reserve(lambda, wanted)
      if (!wanted.publish) return
      const published = await lambda.publishVersion({ FunctionName })
      await poll(async () => {
        const version = await lambda.getFunctionConfiguration({
          FunctionName: published.FunctionArn,
          Qualifier: published.Version,
        })
        return version.LastUpdateStatus === 'Successful' || undefined
      })
    },

    async delete({ function_name: FunctionName, vpc_config: [vpc] }) {
      // With replace_security_groups_on_destroy: the groups alone.
      if (vpc) {
        const VpcConfig = { SecurityGroupIds: ['sg-default'] }
        await lambda.updateFunctionConfiguration({ FunctionName, VpcConfig })
        await poll(() => isSaid(FunctionName, 'LastUpdateStatus', 'Successful'))
      }
      await lambda.deleteFunction({ FunctionName })
      await poll(async () => ((await find(FunctionName)) === undefined ? true : undefined))
    },
  }
}

/** What a creation and an update say in the same way. */
function configurationOf(wanted: FunctionAttributes) {
  const { ephemeral_storage: storage, logging_config: logging, tracing_config: tracing } = wanted
  return {
    Description: wanted.description,
    Role: wanted.role,
    Handler: wanted.handler,
    Runtime: wanted.runtime as never,
    MemorySize: wanted.memory_size,
    Timeout: wanted.timeout,
    EphemeralStorage: { Size: storage[0]?.size },
    LoggingConfig: logging[0] && {
      LogFormat: logging[0].log_format as never,
      LogGroup: logging[0].log_group || undefined,
      ApplicationLogLevel: (logging[0].application_log_level || undefined) as never,
      SystemLogLevel: (logging[0].system_log_level || undefined) as never,
    },
    TracingConfig: { Mode: tracing[0]?.mode as never },
  }
}

const snapStartOf = ({ snap_start: [block] }: FunctionAttributes) => ({ ApplyOn: (block?.apply_on ?? 'None') as never })

const vpcOf = ({ vpc_config: [block] }: FunctionAttributes) => ({
  SubnetIds: [...(block?.subnet_ids ?? [])],
  SecurityGroupIds: [...(block?.security_group_ids ?? [])],
  Ipv6AllowedForDualStack: block?.ipv6_allowed_for_dual_stack ?? false,
})

/** A configuration as the provider flattens it: blocks that say nothing are none. */
function shown(found: FunctionConfiguration) {
  const { Environment, SnapStart, VpcConfig, LoggingConfig } = found
  const isAttached = VpcConfig !== undefined && VpcConfig.VpcId !== ''
  return {
    function_name: found.FunctionName ?? '',
    code_sha256: found.CodeSha256 ?? '',
    description: found.Description ?? '',
    role: found.Role ?? '',
    handler: found.Handler ?? '',
    runtime: found.Runtime ?? '',
    memory_size: found.MemorySize ?? 0,
    timeout: found.Timeout ?? 0,
    architectures: found.Architectures ?? [],
    kms_key_arn: found.KMSKeyArn ?? '',
    layers: (found.Layers ?? []).map(({ Arn = '' }) => Arn),
    environment: Environment ? ([{ variables: Environment.Variables ?? {} }] as const) : ([] as const),
    ephemeral_storage: [{ size: found.EphemeralStorage?.Size ?? 0 }] as const,
    logging_config: [
      {
        log_format: LoggingConfig?.LogFormat ?? '',
        log_group: LoggingConfig?.LogGroup ?? '',
        application_log_level: LoggingConfig?.ApplicationLogLevel ?? '',
        system_log_level: LoggingConfig?.SystemLogLevel ?? '',
      },
    ] as const,
    snap_start:
      SnapStart?.ApplyOn === 'PublishedVersions'
        ? ([{ apply_on: SnapStart.ApplyOn, optimization_status: SnapStart.OptimizationStatus ?? '' }] as const)
        : ([] as const),
    tracing_config: [{ mode: found.TracingConfig?.Mode ?? '' }] as const,
    vpc_config: isAttached
      ? ([
          {
            subnet_ids: VpcConfig.SubnetIds ?? [],
            security_group_ids: VpcConfig.SecurityGroupIds ?? [],
            ipv6_allowed_for_dual_stack: VpcConfig.Ipv6AllowedForDualStack ?? false,
          },
        ] as const)
      : ([] as const),
  }
}

/** The last of all pages. */
async function latestVersion(client: Lambda, FunctionName: string): Promise<FunctionConfiguration> {
  let latest: FunctionConfiguration = {}
  for await (const page of paginateListVersionsByFunction({ client }, { FunctionName, MaxItems: 10_000 }))
    latest = page.Versions?.at(-1) ?? latest
  return latest
}

async function reserve(lambda: Lambda, { function_name: FunctionName, ...wanted }: FunctionAttributes): Promise<void> {
  const ReservedConcurrentExecutions = wanted.reserved_concurrent_executions
  if (ReservedConcurrentExecutions < 0) await lambda.deleteFunctionConcurrency({ FunctionName })
  else await lambda.putFunctionConcurrency({ FunctionName, ReservedConcurrentExecutions })
}

async function updateSigning(lambda: Lambda, before: FunctionAttributes, wanted: FunctionAttributes): Promise<void> {
  const { function_name: FunctionName, code_signing_config_arn: CodeSigningConfigArn } = wanted
  if (CodeSigningConfigArn === before.code_signing_config_arn) return
  if (CodeSigningConfigArn === '') await lambda.deleteFunctionCodeSigningConfig({ FunctionName })
  else await lambda.putFunctionCodeSigningConfig({ FunctionName, CodeSigningConfigArn })
}

async function updateTags(lambda: Lambda, before: FunctionAttributes, wanted: FunctionAttributes): Promise<void> {
  const { FunctionArn: Resource } = await lambda.getFunctionConfiguration({ FunctionName: wanted.function_name })
  const { removed, given } = tagChanges(before.tags, wanted.tags)
  if (removed.length > 0) await lambda.untagResource({ Resource, TagKeys: removed })
  if (Object.keys(given).length > 0) await lambda.tagResource({ Resource, Tags: given })
}
