import { fail } from '#base'
import { describeProvisionedConcurrency, noProvisionedConcurrency } from '#resources'
import type { Handler } from '../context.ts'
import { findProvisionable } from './provisionable.ts'

export const getProvisionedConcurrencyConfig: Handler<'GetProvisionedConcurrencyConfig'> = async (_input, context) => {
  const { account, functionName, qualifier } = await findProvisionable(context)
  const { store, invocations } = context
  const config = store.concurrency.configs.get(account, functionName, qualifier) ?? fail(noProvisionedConcurrency())
  return describeProvisionedConcurrency(config, await invocations.allocationOf(config))
}
