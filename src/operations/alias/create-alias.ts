import { aliasExists, describeAlias, functionArn, functionNotFound, newAlias } from '#resources'
import type { Handler } from '../context.ts'
import { functionOf } from './function-of.ts'

export const createAlias: Handler<'CreateAlias'> = async (input, { store, place, address }) => {
  const alias = newAlias(functionOf(address), input)
  const written = await store.aliases.create(alias)
  if (written === 'in-the-way') throw aliasExists(functionArn(place, { ...alias, qualifier: alias.name }))
  // A function that does not exist has no versions either: AWS names the version in both cases.
  if (written !== 'written') throw functionNotFound(place, { ...alias, qualifier: written.missingVersion })
  return describeAlias(place, alias)
}
