import { describeCodeSigningConfig } from '#resources'
import type { Handler } from '../context.ts'
import { nextMarker, pageOptions, refuseBadMarker } from '../page.ts'

export const listCodeSigningConfigs: Handler<'ListCodeSigningConfigs'> = async (input, { store, place, caller }) => {
  const page = await store.codeSigning.list(caller.account, pageOptions(input)).catch(refuseBadMarker)
  return {
    CodeSigningConfigs: page.items.map((config) => describeCodeSigningConfig(place, config)),
    ...nextMarker(page),
  }
}
