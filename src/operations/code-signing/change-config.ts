import type { CodeSigningConfig } from '#resources'
import type { RequestContext } from '../context.ts'
import { untilWritten } from '../until-written.ts'
import { findConfig } from './find-config.ts'

/** Stores what `change` makes of the configuration; asked again when another writer came first. */
export const changeConfig = (
  context: RequestContext,
  arn: string,
  change: (current: CodeSigningConfig) => CodeSigningConfig,
): Promise<CodeSigningConfig> =>
  untilWritten(arn, async () => {
    const current = await findConfig(context, arn)
    const changed = change(current)
    const isDone = changed === current || (await context.store.codeSigning.update(changed, current.revisionId))
    return isDone ? changed : undefined
  })
