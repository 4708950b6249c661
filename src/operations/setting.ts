import { type FunctionAddress, type FunctionSetting, functionArn, LATEST, updateInProgress } from '#resources'
import type { SettingStore } from '#store'
import type { RequestContext } from './context.ts'
import { lookUpVersion } from './function/find-version.ts'

/** What an address without a qualifier means for a setting: that of `$LATEST`. */
export const settingAt = ({ account, functionName, qualifier = LATEST }: FunctionAddress): FunctionSetting => ({
  account,
  functionName,
  qualifier,
})

/** The setting of the address, if there is one. */
export const findSetting = <Setting extends FunctionSetting>(
  settings: SettingStore<Setting>,
  address: FunctionAddress,
): Setting | undefined => {
  const { account, functionName, qualifier } = settingAt(address)
  return settings.get(account, functionName, qualifier)
}

/** Whether the function exists, with the version or alias that is addressed. */
export const isThere = async ({ store }: Pick<RequestContext, 'store'>, address: FunctionAddress): Promise<boolean> =>
  (await lookUpVersion(store, address)) !== undefined

// Each lost round is the win of another writer, so even a crowd is through long before.
const MAX_ROUNDS = 1_000

/**
 * Stores what `decide` makes of the setting of the address. When another writer comes first, `decide` is asked again
 * about what that one wrote, and throws when there is nothing to change any more.
 */
export async function changeSetting<Setting extends FunctionSetting>(
  { place, address }: RequestContext,
  settings: SettingStore<Setting>,
  decide: (current: Setting | undefined) => readonly [expected: Setting, changed: Setting],
): Promise<Setting> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const [expected, changed] = decide(findSetting(settings, address))
    if ((await settings.update(changed, expected)) === 'written') return changed
  }
  throw updateInProgress(functionArn(place, address))
}
