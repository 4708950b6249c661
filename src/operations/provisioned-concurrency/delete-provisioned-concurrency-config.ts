import type { Handler } from '../context.ts'
import { findProvisionable } from './provisionable.ts'

/** What was not provisioned is deleted successfully. */
export const deleteProvisionedConcurrencyConfig: Handler<'DeleteProvisionedConcurrencyConfig'> = async (
  _input,
  context,
) => {
  const { account, functionName, qualifier } = await findProvisionable(context)
  await context.store.concurrency.configs.delete(account, functionName, qualifier)
  context.invocations.provision(account, functionName)
  return {}
}
