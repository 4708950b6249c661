import type { lambda } from '#model'
import {
  checkTags,
  createConfiguration,
  describeFunction,
  type FunctionVersion,
  functionArn,
  functionExists,
  newFunction,
  type Publication,
  publish,
  publishUnnumbered,
  withLayers,
} from '#resources'
import { checkProvider, passProvider } from '../capacity-provider/check-provider.ts'
import { markUntrusted, refuseUntrusted } from '../code-signing/admit-code.ts'
import { findConfigToUse } from '../code-signing/find-config.ts'
import type { Handler } from '../context.ts'
import { checkSizeWithLayers, findLayers } from '../layer/function-layers.ts'
import { newFunctionName } from './address.ts'
import { checkAttachments } from './attachments.ts'
import { checkPublishTo } from './change-function.ts'
import { findCode, refuseUnstorable } from './code-package.ts'
import { checkExecutionRole } from './execution-role.ts'

export const createFunction: Handler<'CreateFunction'> = async (input, context) => {
  const { store, place, caller, clock, invocations } = context
  const functionName = newFunctionName(context.address, input)
  const configuration = withLayers(createConfiguration(functionName, input), await findLayers(context, input.Layers))
  const tags = checkTags(input.Tags)
  if (tags) context.authorize('lambda:TagResource', functionArn(place, { account: caller.account, functionName }))
  await checkExecutionRole(context, input.Role)
  checkPublishTo({ configuration }, input.PublishTo)
  passProvider(context, configuration.capacity)
  checkProvider(context, caller.account, configuration)
  await checkAttachments(context, { account: caller.account, functionName }, configuration)
  const arn = input.CodeSigningConfigArn
  const signing = arn === undefined ? undefined : await findConfigToUse(context, arn)
  refuseUntrusted(signing, functionName)
  const code = markUntrusted(context, await findCode(context, configuration, input.Code, 'creating'), signing)
  await checkSizeWithLayers(context, code, configuration)
  const created = newFunction({
    account: caller.account,
    functionName,
    configuration,
    code,
    ...(tags && { tags }),
    nowMs: clock.now(),
  })
  const { latest, published } = publishAtOnce(created, input)
  if (!(await store.functions.create(latest, published, signing?.id).catch(refuseUnstorable))) {
    // The configuration may have gone meanwhile.
    if (arn !== undefined) await findConfigToUse(context, arn)
    throw functionExists(functionName)
  }
  invocations.settle(latest)
  if (published) invocations.settle(published)
  // Of a function that is published at once AWS shows the version, with the ARN of the function.
  return describeFunction(place, published ?? latest)
}

function publishAtOnce(
  created: FunctionVersion,
  { Publish, PublishTo }: lambda.CreateFunctionRequest,
): Pick<Publication, 'latest'> & Partial<Publication> {
  if (PublishTo !== undefined) return publishUnnumbered(created, undefined, created.lastModifiedMs)
  return Publish ? publish(created) : { latest: created }
}
