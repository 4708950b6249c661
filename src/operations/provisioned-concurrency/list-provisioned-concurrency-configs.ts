import { describeProvisionedConcurrency, functionArn } from '#resources'
import type { Handler } from '../context.ts'
import { findFunction } from '../function/find-version.ts'
import { listSettings, nextMarker } from '../page.ts'

export const listProvisionedConcurrencyConfigs: Handler<'ListProvisionedConcurrencyConfigs'> = async (
  input,
  { store, place, address, invocations },
) => {
  await findFunction(store, place, address)
  const page = listSettings(store.concurrency.configs, address, input)
  const described = page.items.map(async (config) => ({
    FunctionArn: functionArn(place, config),
    ...describeProvisionedConcurrency(config, await invocations.allocationOf(config)),
  }))
  return { ProvisionedConcurrencyConfigs: await Promise.all(described), ...nextMarker(page) }
}
