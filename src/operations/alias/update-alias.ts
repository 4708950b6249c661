import { fail } from '#base'
import {
  aliasNotFound,
  describeAlias,
  functionArn,
  functionNotFound,
  LATEST,
  onlyPublishedVersions,
  revisionMismatch,
  updateInProgress,
  updateAlias as updateOf,
} from '#resources'
import type { Handler } from '../context.ts'
import { functionOf } from './function-of.ts'

// Each lost round is the win of another writer, so even a crowd is through long before.
const MAX_ROUNDS = 1_000

export const updateAlias: Handler<'UpdateAlias'> = async (input, { store, place, address, invocations }) => {
  const { account, functionName } = functionOf(address)
  const arn = functionArn(place, { account, functionName, qualifier: input.Name })
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const current = (await store.aliases.find(account, functionName, input.Name)) ?? fail(aliasNotFound(arn))
    if (input.RevisionId !== undefined && input.RevisionId !== current.revisionId) throw revisionMismatch()
    const updated = updateOf(current, input)
    const isProvisioned = store.concurrency.configs.get(account, functionName, input.Name) !== undefined
    if (isProvisioned && updated.version === LATEST) throw onlyPublishedVersions()
    const written = await store.aliases.update(updated, current.revisionId)
    if (written === 'written') {
      invocations.provision(account, functionName)
      return describeAlias(place, updated)
    }
    if (written !== 'in-the-way') throw functionNotFound(place, { ...updated, qualifier: written.missingVersion })
  }
  throw updateInProgress(arn)
}
