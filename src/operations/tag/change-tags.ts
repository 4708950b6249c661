import { newUuid } from '#base'
import type { Tags } from '#resources'
import type { RequestContext } from '../context.ts'
import { changeFunction } from '../function/change-function.ts'
import { changeConfigTags, isCodeSigningConfig } from './tagged-config.ts'
import { aboutTaggedFunction } from './tagged-function.ts'
import { changeProviderTags, isCapacityProvider } from './tagged-provider.ts'

/** Gives whatever the ARN is of the tags that `change` makes of those it has, and with them a new revision. */
export async function changeTags(
  context: RequestContext,
  resource: string,
  change: (tags: Tags | undefined) => Tags | undefined,
): Promise<Record<string, never>> {
  if (isCodeSigningConfig(resource)) {
    await changeConfigTags(context, resource, change)
    return {}
  }
  if (isCapacityProvider(resource)) {
    await changeProviderTags(context, resource, change)
    return {}
  }
  await changeFunction(aboutTaggedFunction(context, resource), ({ tags: before, ...current }) => {
    const tags = change(before)
    return { latest: { ...current, revisionId: newUuid(), ...(tags && { tags }) } }
  })
  return {}
}
