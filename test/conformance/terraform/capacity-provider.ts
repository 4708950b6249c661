import type { Lambda } from '@aws-sdk/client-lambda'
import { type Resource, type Tags, tagChanges, unlessGone } from './resource.ts'

export interface CapacityProviderAttributes {
  readonly arn: string
  readonly name: string
  readonly subnet_ids: readonly string[]
  readonly security_group_ids: readonly string[]
  readonly capacity_provider_operator_role_arn: string
  readonly architectures: readonly string[]
  readonly max_vcpu_count: number
  readonly scaling_mode: string
  readonly tags: Tags
}

const scalingOf = ({ max_vcpu_count, scaling_mode }: CapacityProviderAttributes) => ({
  CapacityProviderScalingConfig: { MaxVCpuCount: max_vcpu_count, ScalingMode: scaling_mode as never },
})

/** aws_lambda_capacity_provider: created and changed until it is Active, deleted until it is gone. */
export const capacityProvider = (lambda: Lambda): Resource<CapacityProviderAttributes> => ({
  create: (wanted) =>
    lambda.createCapacityProvider({
      CapacityProviderName: wanted.name,
      VpcConfig: { SubnetIds: [...wanted.subnet_ids], SecurityGroupIds: [...wanted.security_group_ids] },
      PermissionsConfig: { CapacityProviderOperatorRoleArn: wanted.capacity_provider_operator_role_arn },
      InstanceRequirements: { Architectures: wanted.architectures as never },
      ...scalingOf(wanted),
      Tags: { ...wanted.tags },
    }),
  async read({ arn, name }) {
    const found = await unlessGone(lambda.getCapacityProvider({ CapacityProviderName: name }))
    const provider = found?.CapacityProvider
    if (provider?.State !== 'Active') return undefined
    const { Tags = {} } = await lambda.listTags({ Resource: arn })
    return {
      arn: provider.CapacityProviderArn ?? '',
      name,
      subnet_ids: provider.VpcConfig?.SubnetIds ?? [],
      security_group_ids: provider.VpcConfig?.SecurityGroupIds ?? [],
      capacity_provider_operator_role_arn: provider.PermissionsConfig?.CapacityProviderOperatorRoleArn ?? '',
      architectures: provider.InstanceRequirements?.Architectures ?? [],
      max_vcpu_count: provider.CapacityProviderScalingConfig?.MaxVCpuCount ?? 0,
      scaling_mode: provider.CapacityProviderScalingConfig?.ScalingMode ?? '',
      tags: Tags,
    }
  },
  async update({ arn, name, tags }, wanted) {
    await lambda.updateCapacityProvider({ CapacityProviderName: name, ...scalingOf(wanted) })
    const { removed, given } = tagChanges(tags, wanted.tags)
    if (removed.length > 0) await lambda.untagResource({ Resource: arn, TagKeys: removed })
    if (Object.keys(given).length > 0) await lambda.tagResource({ Resource: arn, Tags: given })
  },
  delete: ({ name }) => lambda.deleteCapacityProvider({ CapacityProviderName: name }),
})
