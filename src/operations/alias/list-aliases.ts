import { describeAlias } from '#resources'
import type { Handler } from '../context.ts'
import { findFunction } from '../function/find-version.ts'
import { nextMarker, pageOptions, refuseBadMarker } from '../page.ts'
import { functionOf } from './function-of.ts'

export const listAliases: Handler<'ListAliases'> = async (input, { store, place, address }) => {
  const { account, functionName } = await findFunction(store, place, functionOf(address))
  const page = await store.aliases
    .list(account, functionName, { ...pageOptions(input), version: input.FunctionVersion })
    .catch(refuseBadMarker)
  return { Aliases: page.items.map((alias) => describeAlias(place, alias)), ...nextMarker(page) }
}
