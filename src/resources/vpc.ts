import { createHash } from 'node:crypto'
import type { lambda } from '#model'
import type { VpcAttachment } from './function.ts'
import { invalidParameter } from './function-errors.ts'
import type { Place } from './function-name.ts'

// AWS's VPC ids have 17 hexadecimal digits.
const ID_DIGITS = 17

const DETACHED: VpcAttachment = { subnetIds: [], securityGroupIds: [], isIpv6Allowed: false }

/**
 * The attachment that a request asks for; two empty lists detach, and so does an empty object. Otherwise members left
 * out stay as they are: Terraform replaces security groups alone. There is no EC2 that would know the ids.
 */
export function readVpc(current: VpcAttachment = DETACHED, input: lambda.VpcConfig): VpcAttachment {
  const before = Object.keys(input).length === 0 ? DETACHED : current
  const { SubnetIds = before.subnetIds, SecurityGroupIds = before.securityGroupIds } = input
  if ((SubnetIds.length === 0) !== (SecurityGroupIds.length === 0))
    throw invalidParameter('SubnetIds and SecurityIds must coexist or be both empty list.')
  return {
    subnetIds: SubnetIds,
    securityGroupIds: SecurityGroupIds,
    isIpv6Allowed: input.Ipv6AllowedForDualStack ?? (SubnetIds.length > 0 && before.isIpv6Allowed),
  }
}

export const isAttached = (vpc: VpcAttachment | undefined): boolean => vpc !== undefined && vpc.subnetIds.length > 0

export function describeVpc(place: Place, account: string, vpc: VpcAttachment): lambda.VpcConfigResponse {
  return {
    SubnetIds: vpc.subnetIds,
    SecurityGroupIds: vpc.securityGroupIds,
    VpcId: isAttached(vpc) ? vpcId(place, account) : '',
    Ipv6AllowedForDualStack: vpc.isIpv6Allowed,
  }
}

/** Always the same: all subnets of an account count as those of its one VPC. */
const vpcId = ({ region }: Place, account: string) =>
  `vpc-${createHash('sha256').update(`${account}:${region}`).digest('hex').slice(0, ID_DIGITS)}`
