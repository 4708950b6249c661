import type { Page } from '#resources'
import { InvalidCursor } from '#store'
import { invalidMarker } from './errors.ts'

export interface PageInput {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

export const DEFAULT_ITEMS = 100

/** What the input says about the page, as the store takes it. */
export const pageOptions = ({ Marker, MaxItems = DEFAULT_ITEMS }: PageInput) => ({ limit: MaxItems, after: Marker })

/** The members with which every list ends. */
export const pageMembers = ({ next }: { readonly next?: string }) =>
  next === undefined ? { IsTruncated: false } : { IsTruncated: true, Marker: next }

/** The page of a list that is in memory, in order of a text that is unique in it. */
export function pageOf<Item>(items: readonly Item[], input: PageInput, keyOf: (item: Item) => string): Page<Item> {
  const { limit, after } = pageOptions(input)
  const last = after === undefined ? undefined : decodeMarker(after)
  const left = items
    .filter((item) => last === undefined || keyOf(item) > last)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const page = left.slice(0, limit)
  const end = page.at(-1)
  return left.length > limit && end !== undefined ? { items: page, next: encodeMarker(keyOf(end)) } : { items: page }
}

export function refuseBadMarker(error: unknown): never {
  throw error instanceof InvalidCursor ? invalidMarker() : error
}

// The letter tells our own markers from any other text in base64.
const encodeMarker = (key: string) => Buffer.from(`>${key}`).toString('base64url')

function decodeMarker(marker: string): string {
  const text = Buffer.from(marker, 'base64url').toString()
  if (!text.startsWith('>')) throw invalidMarker()
  return text.slice(1)
}
