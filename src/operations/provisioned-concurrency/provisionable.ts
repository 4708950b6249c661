import { fail } from '#base'
import {
  cannotFindAlias,
  type FunctionSetting,
  functionArn,
  isVersion,
  LATEST,
  onlyAliasesAndVersions,
} from '#resources'
import type { RequestContext } from '../context.ts'
import { findVersion } from '../function/find-version.ts'
import { settingAt } from '../setting.ts'

/** The version or alias that is addressed, which must exist, and its version; `$LATEST` gets the refusal. */
export async function findProvisionable(
  { store, place, address }: RequestContext,
  unpublished = onlyAliasesAndVersions,
): Promise<FunctionSetting & { readonly version: string }> {
  const setting = settingAt(address)
  const { account, functionName, qualifier } = setting
  if (qualifier === LATEST) throw unpublished()
  if (isVersion(qualifier)) return { ...setting, version: (await findVersion(store, place, address)).version }
  const alias =
    (await store.aliases.find(account, functionName, qualifier)) ?? fail(cannotFindAlias(functionArn(place, setting)))
  return { ...setting, version: alias.version }
}
