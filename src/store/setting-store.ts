import type { FunctionSetting, Page } from '#resources'

/**
 * Settings of one kind, keyed by account, function name and qualifier. All of them are in memory, where invocations
 * look at once. They go with their function, version or alias.
 */
export interface SettingStore<Setting extends FunctionSetting> {
  get(account: string, functionName: string, qualifier: string): Setting | undefined

  /** Stores the setting, in the place of another if there is one. */
  put(setting: Setting): Promise<'written' | 'no-qualifier'>

  create(setting: Setting): Promise<SettingWrite>

  /** Replaces the setting that is stored as `expected`. */
  update(setting: Setting, expected: Setting): Promise<SettingWrite>

  /** False when there was nothing to delete. */
  delete(account: string, functionName: string, qualifier: string): Promise<boolean>

  /** In order of qualifiers. Throws InvalidCursor. */
  list(account: string, functionName: string, options: ListSettingsOptions): Page<Setting>
}

/**
 * `in-the-way`: there is a setting already, or another writer changed it first. `no-qualifier`: the function, version
 * or alias does not exist. Nothing is done in either case.
 */
export type SettingWrite = 'written' | 'in-the-way' | 'no-qualifier'

export interface ListSettingsOptions {
  readonly limit: number
  /** The `next` of the page before. */
  readonly after?: string | undefined
}
