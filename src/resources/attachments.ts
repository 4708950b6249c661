import type { lambda } from '#model'
import type { FileSystemMount, FunctionConfiguration } from './function.ts'
import { invalidParameter } from './function-errors.ts'
import { targetServiceOf } from './target.ts'
import { isAttached, readVpc } from './vpc.ts'

/** What a function names beside itself: networks, file systems, keys, queues. None of it is there unless it was given. */
export type Attachments = Pick<
  FunctionConfiguration,
  'vpc' | 'fileSystems' | 'snapStart' | 'kmsKeyArn' | 'deadLetterArn'
>

type Input = Pick<
  lambda.CreateFunctionRequest,
  'VpcConfig' | 'FileSystemConfigs' | 'SnapStart' | 'KMSKeyArn' | 'DeadLetterConfig'
>

/** Members left out stay; empty ones, with which tools clear them, take them away. */
export function updateAttachments(current: Attachments, input: Input): Attachments {
  const vpc = input.VpcConfig ? readVpc(current.vpc, input.VpcConfig) : current.vpc
  const fileSystems = input.FileSystemConfigs ? readFileSystems(input.FileSystemConfigs) : current.fileSystems
  const snapStart = input.SnapStart?.ApplyOn ?? current.snapStart
  const kmsKeyArn = input.KMSKeyArn ?? current.kmsKeyArn
  // AWS leaves it as it is also when the config is there and empty.
  const deadLetterArn = checkDeadLetterTarget(input.DeadLetterConfig?.TargetArn) ?? current.deadLetterArn
  const changed: Attachments = {
    ...(vpc && { vpc }),
    ...(fileSystems && { fileSystems }),
    ...(snapStart === 'PublishedVersions' && { snapStart }),
    ...(kmsKeyArn && { kmsKeyArn }),
    ...(deadLetterArn && { deadLetterArn }),
  }
  checkNetwork(current, changed)
  return changed
}

function readFileSystems(configs: readonly lambda.FileSystemConfig[]): readonly FileSystemMount[] | undefined {
  if (configs.length === 0) return undefined
  return configs.map(({ Arn, LocalMountPath }) => {
    // The expression of the model lets dots through.
    if (/^\/mnt\/\.{1,2}$/.test(LocalMountPath))
      throw invalidParameter(`The local mount path ${LocalMountPath} is not below /mnt.`)
    return { accessPointArn: Arn, mountPath: LocalMountPath }
  })
}

/** AWS reaches file systems through the function's VPC only. */
function checkNetwork(before: Attachments, { vpc, fileSystems: [first] = [] }: Attachments): void {
  if (first === undefined || isAttached(vpc)) return
  throw invalidParameter(
    isAttached(before.vpc)
      ? `Function VPC configuration cannot be removed with access point ${first.accessPointArn} referenced.`
      : `Function must be configured to execute in a VPC to reference access point ${first.accessPointArn}`,
  )
}

function checkDeadLetterTarget(arn: string | undefined): string | undefined {
  const service = arn && targetServiceOf(arn)
  if (arn && service !== 'sqs' && service !== 'sns')
    throw invalidParameter(
      `Invalid dead letter queue ARN: ${arn} is neither a standard queue of SQS nor a standard topic of SNS.`,
    )
  return arn
}
