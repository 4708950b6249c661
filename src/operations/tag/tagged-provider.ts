import { newUuid } from '#base'
import type { CapacityProvider, Tags } from '#resources'
import { changeProvider } from '../capacity-provider/find-provider.ts'
import type { RequestContext } from '../context.ts'

export const isCapacityProvider = (resource: string): boolean => resource.split(':')[5] === 'capacity-provider'

/** Gives a capacity provider the tags that `change` makes of those it has. */
export const changeProviderTags = (
  context: RequestContext,
  resource: string,
  change: (tags: Tags | undefined) => Tags | undefined,
): Promise<CapacityProvider> =>
  changeProvider(context, resource, ({ tags: before, ...current }) => {
    const tags = change(before)
    return { ...current, revisionId: newUuid(), ...(tags && { tags }) }
  })
