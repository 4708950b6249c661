import type { FunctionUrl } from '#resources'
import type { SettingStore } from './setting-store.ts'

export interface FunctionUrlStore extends SettingStore<FunctionUrl> {
  /** At once: every request to a URL asks. */
  withId(urlId: string): FunctionUrl | undefined
}
