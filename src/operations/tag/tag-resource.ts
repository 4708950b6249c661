import { addTags } from '#resources'
import type { Handler } from '../context.ts'
import { changeTags } from './change-tags.ts'

export const tagResource: Handler<'TagResource'> = (input, context) =>
  changeTags(context, input.Resource, (tags) => addTags(tags, input.Tags))
