import { newUuid } from '#base'
import type { Tags } from '#resources'
import type { RequestContext } from '../context.ts'
import { changeFunction } from '../function/change-function.ts'
import { aboutTaggedFunction } from './tagged-function.ts'

/** Gives a function the tags that `change` makes of those it has, and with them a new revision. */
export async function changeTags(
  context: RequestContext,
  resource: string,
  change: (tags: Tags | undefined) => Tags | undefined,
): Promise<Record<string, never>> {
  await changeFunction(aboutTaggedFunction(context, resource), ({ tags: before, ...current }) => {
    const tags = change(before)
    return { latest: { ...current, revisionId: newUuid(), ...(tags && { tags }) } }
  })
  return {}
}
