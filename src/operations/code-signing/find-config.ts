import { fail } from '#base'
import {
  type CodeSigningConfig,
  codeSigningConfigIdIn,
  codeSigningConfigNotFound,
  noSuchCodeSigningConfig,
} from '#resources'
import type { RequestContext } from '../context.ts'

/** The configuration of this ARN, or AWS's 404. */
export const findConfig = async (context: RequestContext, arn: string): Promise<CodeSigningConfig> =>
  (await lookUp(context, arn)) ?? fail(codeSigningConfigNotFound(arn))

/** The same for one that a function is to use. */
export const findConfigToUse = async (context: RequestContext, arn: string): Promise<CodeSigningConfig> =>
  (await lookUp(context, arn)) ?? fail(noSuchCodeSigningConfig(arn))

async function lookUp({ store, place, caller }: RequestContext, arn: string): Promise<CodeSigningConfig | undefined> {
  const id = codeSigningConfigIdIn(place, caller.account, arn)
  return id === undefined ? undefined : store.codeSigning.find(caller.account, id)
}
