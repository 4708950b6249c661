import type { Handler } from '../context.ts'
import { findFunction } from '../function/find-version.ts'
import { aboutTaggedFunction } from './tagged-function.ts'

export const listTags: Handler<'ListTags'> = async (input, context) => {
  const { store, place, address } = aboutTaggedFunction(context, input.Resource)
  const { tags = {} } = await findFunction(store, place, address)
  return { Tags: tags }
}
