import { fail } from '#base'
import { cannotFindAlias, describeAlias, functionArn } from '#resources'
import type { Handler } from '../context.ts'
import { functionOf } from './function-of.ts'

export const getAlias: Handler<'GetAlias'> = async (input, { store, place, address }) => {
  const { account, functionName } = functionOf(address)
  const alias =
    (await store.aliases.find(account, functionName, input.Name)) ??
    fail(cannotFindAlias(functionArn(place, { account, functionName, qualifier: input.Name })))
  return describeAlias(place, alias)
}
