import { randomBytes } from 'node:crypto'
import { newUuid } from '#base'
import type { lambda } from '#model'
import type { Tags } from './function.ts'
import type { Place } from './function-name.ts'
import { lambdaTime } from './time.ts'

/** Who may sign the code of functions, and what happens to code that nobody of them has signed. */
export interface CodeSigningConfig {
  readonly account: string
  /** `csc-` and 17 hexadecimal digits. */
  readonly id: string
  /** ARNs of signing profile versions. */
  readonly publishers: readonly string[]
  readonly policy: SigningPolicy
  readonly description?: string
  readonly lastModifiedMs: number
  readonly revisionId: string
  readonly tags?: Tags
}

export type SigningPolicy = 'Warn' | 'Enforce'

const ID_DIGITS = 17

export function newCodeSigningConfig(
  account: string,
  input: lambda.CreateCodeSigningConfigRequest,
  tags: Tags | undefined,
  nowMs: number,
): CodeSigningConfig {
  const id = `csc-${randomBytes(ID_DIGITS).toString('hex').slice(0, ID_DIGITS)}`
  const blank = { account, id, publishers: [], policy: 'Warn', lastModifiedMs: nowMs, revisionId: '' } as const
  return updateCodeSigningConfig({ ...blank, ...(tags && { tags }) }, input, nowMs)
}

/** Members left out stay as they are; a request without any changes nothing at all. */
export function updateCodeSigningConfig(
  current: CodeSigningConfig,
  input: Omit<lambda.UpdateCodeSigningConfigRequest, 'CodeSigningConfigArn'>,
  nowMs: number,
): CodeSigningConfig {
  const { Description, AllowedPublishers, CodeSigningPolicies } = input
  if (Description === undefined && AllowedPublishers === undefined && CodeSigningPolicies === undefined) return current
  // The model lets no other value through.
  const policy = CodeSigningPolicies?.UntrustedArtifactOnDeployment as SigningPolicy | undefined
  return {
    ...current,
    publishers: AllowedPublishers?.SigningProfileVersionArns ?? current.publishers,
    policy: policy ?? current.policy,
    ...(Description !== undefined && { description: Description }),
    lastModifiedMs: nowMs,
    revisionId: newUuid(),
  }
}

export const codeSigningConfigArn = ({ partition, region }: Place, account: string, id: string): string =>
  `arn:${partition}:lambda:${region}:${account}:code-signing-config:${id}`

/** The id in an ARN of this account and place; undefined when it names something elsewhere. */
export function codeSigningConfigIdIn(place: Place, account: string, arn: string): string | undefined {
  const id = arn.slice(arn.lastIndexOf(':') + 1)
  return codeSigningConfigArn(place, account, id) === arn ? id : undefined
}

export function describeCodeSigningConfig(place: Place, config: CodeSigningConfig): lambda.CodeSigningConfig {
  return {
    CodeSigningConfigId: config.id,
    CodeSigningConfigArn: codeSigningConfigArn(place, config.account, config.id),
    ...(config.description !== undefined && { Description: config.description }),
    AllowedPublishers: { SigningProfileVersionArns: config.publishers },
    CodeSigningPolicies: { UntrustedArtifactOnDeployment: config.policy },
    LastModified: lambdaTime(config.lastModifiedMs),
  }
}
