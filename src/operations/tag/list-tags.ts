import { findProvider } from '../capacity-provider/find-provider.ts'
import { findConfig } from '../code-signing/find-config.ts'
import type { Handler } from '../context.ts'
import { findFunction } from '../function/find-version.ts'
import { isCodeSigningConfig } from './tagged-config.ts'
import { aboutTaggedFunction } from './tagged-function.ts'
import { isCapacityProvider } from './tagged-provider.ts'

export const listTags: Handler<'ListTags'> = async (input, context) => {
  if (isCodeSigningConfig(input.Resource)) {
    const { tags = {} } = await findConfig(context, input.Resource)
    return { Tags: tags }
  }
  if (isCapacityProvider(input.Resource)) {
    const { tags = {} } = findProvider(context, input.Resource)
    return { Tags: tags }
  }
  const { store, place, address } = aboutTaggedFunction(context, input.Resource)
  const { tags = {} } = await findFunction(store, place, address)
  return { Tags: tags }
}
