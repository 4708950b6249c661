import { removeTags } from '#resources'
import type { Handler } from '../context.ts'
import { changeTags } from './change-tags.ts'

export const untagResource: Handler<'UntagResource'> = (input, context) =>
  changeTags(context, input.Resource, (tags) => removeTags(tags, input.TagKeys))
