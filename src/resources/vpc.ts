import { createHash } from 'node:crypto'
import type { lambda } from '#model'
import type { VpcAttachment } from './function.ts'
import { invalidParameter } from './function-errors.ts'
import type { Place } from './function-name.ts'

// AWS's VPC ids have 17 hexadecimal digits.
const ID_DIGITS = 17

/** The attachment that a request asks for; two empty lists detach. There is no EC2 that would know the ids. */
export function readVpc({ SubnetIds = [], SecurityGroupIds = [], ...rest }: lambda.VpcConfig): VpcAttachment {
  if ((SubnetIds.length === 0) !== (SecurityGroupIds.length === 0))
    throw invalidParameter('SubnetIds and SecurityIds must coexist or be both empty list.')
  return {
    subnetIds: SubnetIds,
    securityGroupIds: SecurityGroupIds,
    isIpv6Allowed: rest.Ipv6AllowedForDualStack ?? false,
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
