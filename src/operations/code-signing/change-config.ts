import { type CodeSigningConfig, updateInProgress } from '#resources'
import type { RequestContext } from '../context.ts'
import { findConfig } from './find-config.ts'

// Each lost round is the win of another writer, so even a crowd is through long before.
const MAX_ROUNDS = 1_000

/** Stores what `change` makes of the configuration; asked again when another writer came first. */
export async function changeConfig(
  context: RequestContext,
  arn: string,
  change: (current: CodeSigningConfig) => CodeSigningConfig,
): Promise<CodeSigningConfig> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const current = await findConfig(context, arn)
    const changed = change(current)
    if (changed === current || (await context.store.codeSigning.update(changed, current.revisionId))) return changed
  }
  throw updateInProgress(arn)
}
