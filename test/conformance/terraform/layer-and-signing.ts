import type { Lambda } from '@aws-sdk/client-lambda'
import { type Resource, type Tags, tagChanges, unlessGone } from './resource.ts'

export interface LayerAttributes {
  readonly layer_name: string
  readonly version: string
  readonly code: Buffer
  readonly source_code_hash: string
  readonly description: string
  readonly license_info: string
  readonly compatible_runtimes: readonly string[]
  readonly compatible_architectures: readonly string[]
}

/** aws_lambda_layer_version: every change is a new one. */
export const layerVersion = (lambda: Lambda): Resource<LayerAttributes> => ({
  create: (wanted) =>
    lambda.publishLayerVersion({
      LayerName: wanted.layer_name,
      Content: { ZipFile: wanted.code },
      Description: wanted.description,
      LicenseInfo: wanted.license_info,
      CompatibleRuntimes: wanted.compatible_runtimes.length > 0 ? (wanted.compatible_runtimes as never) : undefined,
      CompatibleArchitectures:
        wanted.compatible_architectures.length > 0 ? (wanted.compatible_architectures as never) : undefined,
    }),
  async read(of) {
    const VersionNumber = Number(of.version)
    const found = await unlessGone(lambda.getLayerVersion({ LayerName: of.layer_name, VersionNumber }))
    return (
      found && {
        layer_name: of.layer_name,
        version: String(found.Version),
        code: of.code,
        source_code_hash: found.Content?.CodeSha256 ?? '',
        description: found.Description ?? '',
        license_info: found.LicenseInfo ?? '',
        compatible_runtimes: found.CompatibleRuntimes ?? [],
        compatible_architectures: found.CompatibleArchitectures ?? [],
      }
    )
  },
  update: async () => {},
  delete: ({ layer_name: LayerName, version }) =>
    lambda.deleteLayerVersion({ LayerName, VersionNumber: Number(version) }),
})

export interface SigningAttributes {
  readonly arn: string
  readonly description: string
  readonly signing_profile_version_arns: readonly string[]
  readonly untrusted_artifact_on_deployment: string
  readonly tags: Tags
}

const settingsOf = (wanted: SigningAttributes) => ({
  Description: wanted.description,
  AllowedPublishers: { SigningProfileVersionArns: [...wanted.signing_profile_version_arns] },
  CodeSigningPolicies: { UntrustedArtifactOnDeployment: wanted.untrusted_artifact_on_deployment as never },
})

/** aws_lambda_code_signing_config: AWS chooses the ARN. */
export const codeSigningConfig = (lambda: Lambda): Resource<SigningAttributes> => ({
  create: (wanted) => lambda.createCodeSigningConfig({ ...settingsOf(wanted), Tags: { ...wanted.tags } }),
  async read({ arn }) {
    const found = await unlessGone(lambda.getCodeSigningConfig({ CodeSigningConfigArn: arn }))
    const config = found?.CodeSigningConfig
    if (!config) return undefined
    const { Tags = {} } = await lambda.listTags({ Resource: arn })
    return {
      arn: config.CodeSigningConfigArn ?? '',
      description: config.Description ?? '',
      signing_profile_version_arns: config.AllowedPublishers?.SigningProfileVersionArns ?? [],
      untrusted_artifact_on_deployment: config.CodeSigningPolicies?.UntrustedArtifactOnDeployment ?? '',
      tags: Tags,
    }
  },
  async update({ arn, tags }, wanted) {
    await lambda.updateCodeSigningConfig({ CodeSigningConfigArn: arn, ...settingsOf(wanted) })
    const { removed, given } = tagChanges(tags, wanted.tags)
    if (removed.length > 0) await lambda.untagResource({ Resource: arn, TagKeys: removed })
    if (Object.keys(given).length > 0) await lambda.tagResource({ Resource: arn, Tags: given })
  },
  delete: ({ arn }) => lambda.deleteCodeSigningConfig({ CodeSigningConfigArn: arn }),
})
