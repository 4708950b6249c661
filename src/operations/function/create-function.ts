import { createConfiguration, describeFunction, functionExists, newFunction } from '#resources'
import type { Handler } from '../context.ts'
import { newFunctionName } from './address.ts'
import { storeCode } from './code-package.ts'
import { checkExecutionRole } from './execution-role.ts'
import { checkTags } from './tags.ts'

export const createFunction: Handler<'CreateFunction'> = async (input, context) => {
  const { store, place, caller, clock } = context
  const functionName = newFunctionName(context.address, input)
  const configuration = createConfiguration(functionName, input)
  const tags = checkTags(input.Tags)
  await checkExecutionRole(context, input.Role)
  const code = await storeCode(store, input.Code)
  const created = newFunction({
    account: caller.account,
    functionName,
    configuration,
    code,
    ...(tags && { tags }),
    nowMs: clock.now(),
  })
  if (!(await store.functions.create(created))) throw functionExists(functionName)
  context.invocations.settle(created)
  return describeFunction(place, created)
}
