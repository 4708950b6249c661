import type { FunctionSetting } from '#resources'

/** The settings of one kind, by function and qualifier, and by an id if they have one. */
export class SettingMemory<Setting extends FunctionSetting> {
  readonly #functions = new Map<string, Map<string, Setting>>()
  readonly #byId = new Map<string, Setting>()
  readonly #idOf: ((setting: Setting) => string) | undefined
  #changes = 0

  constructor(idOf?: (setting: Setting) => string) {
    this.#idOf = idOf
  }

  /** Grows with every change: whoever works something out from the settings knows when it is out of date. */
  get changes(): number {
    return this.#changes
  }

  get(account: string, functionName: string, qualifier: string): Setting | undefined {
    return this.#functions.get(keyOf(account, functionName))?.get(qualifier)
  }

  withId(id: string): Setting | undefined {
    return this.#byId.get(id)
  }

  all(): readonly Setting[] {
    return [...this.#functions.values()].flatMap((settings) => [...settings.values()])
  }

  of(account: string, functionName: string): readonly Setting[] {
    return [...(this.#functions.get(keyOf(account, functionName))?.values() ?? [])]
  }

  set(setting: Setting): void {
    const { account, functionName, qualifier } = setting
    this.delete(account, functionName, qualifier)
    const key = keyOf(account, functionName)
    const settings = this.#functions.get(key) ?? new Map<string, Setting>()
    this.#functions.set(key, settings.set(qualifier, setting))
    if (this.#idOf) this.#byId.set(this.#idOf(setting), setting)
    this.#changes++
  }

  delete(account: string, functionName: string, qualifier: string): void {
    const key = keyOf(account, functionName)
    const settings = this.#functions.get(key)
    const setting = settings?.get(qualifier)
    if (!settings || !setting) return
    settings.delete(qualifier)
    if (settings.size === 0) this.#functions.delete(key)
    if (this.#idOf) this.#byId.delete(this.#idOf(setting))
    this.#changes++
  }

  deleteFunction(account: string, functionName: string): void {
    for (const { qualifier } of this.of(account, functionName)) this.delete(account, functionName, qualifier)
  }
}

const keyOf = (account: string, functionName: string): string => `${account}:${functionName}`
