import {
  ACCOUNT_CONCURRENCY,
  aliasIsProvisioned,
  describeProvisionedConcurrency,
  functionNotFound,
  isVersion,
  LATEST,
  MAXIMUM_RESERVED,
  moreThanReserved,
  moreThanUnreserved,
  NOTHING_ALLOCATED,
  notForManaged,
  onlyPublishedVersions,
  versionIsProvisioned,
} from '#resources'
import type { Handler } from '../context.ts'
import { findProvisionable } from './provisionable.ts'

export const putProvisionedConcurrencyConfig: Handler<'PutProvisionedConcurrencyConfig'> = async (input, context) => {
  const { store, place, address, clock, invocations } = context
  const { version, ...of } = await findProvisionable(context, onlyPublishedVersions)
  if (version === LATEST) throw onlyPublishedVersions()
  if ((await store.functions.find(of.account, of.functionName, version))?.configuration.capacity)
    throw notForManaged('Provisioned Concurrency')
  const executions = input.ProvisionedConcurrentExecutions
  const config = { ...of, executions, lastModifiedMs: clock.now() }
  const outcome = await store.concurrency.provision(config, MAXIMUM_RESERVED)
  if (outcome === 'no-qualifier') throw functionNotFound(place, address)
  if (outcome === 'provisioned-otherwise') throw isVersion(of.qualifier) ? aliasIsProvisioned() : versionIsProvisioned()
  if (outcome === 'more-than-reserved') throw moreThanReserved()
  if (outcome === 'too-much') {
    const before = store.concurrency.configs.get(of.account, of.functionName, of.qualifier)?.executions ?? 0
    const unreserved = ACCOUNT_CONCURRENCY - store.concurrency.totalReserved(of.account) + before
    throw moreThanUnreserved(executions, unreserved)
  }
  invocations.provision(of.account, of.functionName)
  return describeProvisionedConcurrency(config, NOTHING_ALLOCATED)
}
