import { type FunctionAddress, type FunctionSetting, invalidParameter, type Page } from '#resources'
import { InvalidCursor, type SettingStore } from '#store'

// AWS never gives more on a page, whatever MaxItems says.
const PAGE_LIMIT = 50

interface PageInput {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

/** What the input says about the page, as the store takes it. Tools send the empty marker of a first page along. */
export const pageOptions = ({ Marker, MaxItems = PAGE_LIMIT }: PageInput) => ({
  limit: Math.min(MaxItems, PAGE_LIMIT),
  ...(Marker && { after: Marker }),
})

export const nextMarker = ({ next }: Page<unknown>) => (next === undefined ? {} : { NextMarker: next })

/** A page of a function's settings of one kind, whatever they hang on. */
export function listSettings<Setting extends FunctionSetting>(
  settings: Pick<SettingStore<Setting>, 'list'>,
  { account, functionName }: FunctionAddress,
  input: PageInput,
): Page<Setting> {
  return pageOf(() => settings.list(account, functionName, pageOptions(input)))
}

/** A page of what is in memory. */
export function pageOf<Item>(list: () => Page<Item>): Page<Item> {
  try {
    return list()
  } catch (error) {
    return refuseBadMarker(error)
  }
}

export function refuseBadMarker(error: unknown): never {
  throw error instanceof InvalidCursor ? invalidParameter('The provided marker is invalid.') : error
}
