import {
  checkTags,
  createConfiguration,
  describeFunction,
  functionArn,
  functionExists,
  newFunction,
  publish,
} from '#resources'
import type { Handler } from '../context.ts'
import { newFunctionName } from './address.ts'
import { checkAttachments } from './attachments.ts'
import { storeCode } from './code-package.ts'
import { checkExecutionRole } from './execution-role.ts'

export const createFunction: Handler<'CreateFunction'> = async (input, context) => {
  const { store, place, caller, clock, invocations } = context
  const functionName = newFunctionName(context.address, input)
  const configuration = createConfiguration(functionName, input)
  const tags = checkTags(input.Tags)
  if (tags) context.authorize('lambda:TagResource', functionArn(place, { account: caller.account, functionName }))
  await checkExecutionRole(context, input.Role)
  checkAttachments(context, configuration)
  const code = await storeCode(store, input.Code)
  const created = newFunction({
    account: caller.account,
    functionName,
    configuration,
    code,
    ...(tags && { tags }),
    nowMs: clock.now(),
  })
  const { latest, published } = input.Publish ? publish(created) : { latest: created }
  if (!(await store.functions.create(latest, published))) throw functionExists(functionName)
  invocations.settle(latest)
  if (published) invocations.settle(published)
  // Of a function that is published at once AWS shows the version, with the ARN of the function.
  return describeFunction(place, published ?? latest)
}
