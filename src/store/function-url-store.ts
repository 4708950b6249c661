import type { FunctionUrl } from '#resources'
import type { SettingStore } from './setting-store.ts'

export interface FunctionUrlStore extends SettingStore<FunctionUrl> {
  /** At once: every request to a URL asks. */
  withId(urlId: string): FunctionUrl | undefined

  /** Whether the URL of this id went with its alias, as far as memory goes back. */
  wasOfAlias(urlId: string): boolean
}
