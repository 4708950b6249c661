import { newUuid } from '#base'
import type { CodeSigningConfig, Tags } from '#resources'
import { changeConfig } from '../code-signing/change-config.ts'
import type { RequestContext } from '../context.ts'

export const isCodeSigningConfig = (resource: string): boolean => resource.split(':')[5] === 'code-signing-config'

/** Gives a code signing configuration the tags that `change` makes of those it has. */
export const changeConfigTags = (
  context: RequestContext,
  resource: string,
  change: (tags: Tags | undefined) => Tags | undefined,
): Promise<CodeSigningConfig> =>
  changeConfig(context, resource, ({ tags: before, ...current }) => {
    const tags = change(before)
    return { ...current, revisionId: newUuid(), ...(tags && { tags }) }
  })
