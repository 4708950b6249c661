import {
  capacityProviderArn,
  capacityProviderExists,
  capacityProviderNameIn,
  checkTags,
  describeCapacityProvider,
  newCapacityProvider,
  operatorRoleNotAssumable,
  PROVIDERS_PER_ACCOUNT,
  providerElsewhere,
  tooManyCapacityProviders,
} from '#resources'
import type { Handler } from '../context.ts'
import { checkPassedRole } from '../function/execution-role.ts'

export const createCapacityProvider: Handler<'CreateCapacityProvider'> = async (input, context) => {
  const { store, place, caller, clock, authorize } = context
  const { account } = caller
  const name = capacityProviderNameIn(place, account, input.CapacityProviderName)
  if (name === undefined) throw providerElsewhere(input.CapacityProviderName)
  const arn = capacityProviderArn(place, account, name)
  const tags = checkTags(input.Tags)
  const provider = newCapacityProvider({ account, name }, input, tags, clock.now())
  if (tags) authorize('lambda:TagResource', arn)
  await checkPassedRole(context, provider.operatorRole, operatorRoleNotAssumable)
  const outcome = await store.capacityProviders.create(provider, PROVIDERS_PER_ACCOUNT)
  if (outcome === 'exists') throw capacityProviderExists(arn)
  if (outcome === 'too-many') throw tooManyCapacityProviders(PROVIDERS_PER_ACCOUNT)
  return { CapacityProvider: describeCapacityProvider(place, provider) }
}
