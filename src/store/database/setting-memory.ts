import type { FunctionSetting } from '#resources'

/** The settings of one kind, by function and qualifier. */
export class SettingMemory<Setting extends FunctionSetting> {
  readonly #functions = new Map<string, Map<string, Setting>>()
  #changes = 0

  /** Grows with every change: whoever works something out from the settings knows when it is out of date. */
  get changes(): number {
    return this.#changes
  }

  get(account: string, functionName: string, qualifier: string): Setting | undefined {
    return this.#functions.get(keyOf(account, functionName))?.get(qualifier)
  }

  all(): readonly Setting[] {
    return [...this.#functions.values()].flatMap((settings) => [...settings.values()])
  }

  of(account: string, functionName: string): readonly Setting[] {
    return [...(this.#functions.get(keyOf(account, functionName))?.values() ?? [])]
  }

  set(setting: Setting): void {
    const key = keyOf(setting.account, setting.functionName)
    const settings = this.#functions.get(key) ?? new Map<string, Setting>()
    this.#functions.set(key, settings.set(setting.qualifier, setting))
    this.#changes++
  }

  delete(account: string, functionName: string, qualifier: string): void {
    const key = keyOf(account, functionName)
    const settings = this.#functions.get(key)
    if (!settings?.delete(qualifier)) return
    if (settings.size === 0) this.#functions.delete(key)
    this.#changes++
  }

  deleteFunction(account: string, functionName: string): void {
    if (this.#functions.delete(keyOf(account, functionName))) this.#changes++
  }
}

const keyOf = (account: string, functionName: string): string => `${account}:${functionName}`
