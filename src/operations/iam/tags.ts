import type { iam } from '#model'
import type { Tags } from '#resources'
import { duplicateTags, tooManyTags } from './errors.ts'
import { type PageInput, pageMembers, pageOf } from './page.ts'

// AWS's limit for each user, role and policy.
const LIMIT = 50

/** The tags of something new; undefined when there are none. */
export const newTags = (tags: readonly iam.Tag[] = []): Tags | undefined => addTags(undefined, tags)

/** The tags with those added, which win; keys keep the case of whoever came last. */
export function addTags(tags: Tags | undefined, added: readonly iam.Tag[]): Tags | undefined {
  const keys = added.map(({ Key }) => Key.toLowerCase())
  if (new Set(keys).size < keys.length) throw duplicateTags()
  const others = Object.entries(tags ?? {}).filter(([key]) => !keys.includes(key.toLowerCase()))
  const all = [...others, ...added.map(({ Key, Value }) => [Key, Value])]
  if (all.length > LIMIT) throw tooManyTags()
  return all.length === 0 ? undefined : Object.fromEntries(all)
}

/** A key that is not there is no error. */
export function removeTags(tags: Tags | undefined, keys: readonly string[]): Tags | undefined {
  const gone = keys.map((key) => key.toLowerCase())
  const left = Object.entries(tags ?? {}).filter(([key]) => !gone.includes(key.toLowerCase()))
  return left.length === 0 ? undefined : Object.fromEntries(left)
}

export const describeTags = (tags: Tags | undefined): iam.Tag[] =>
  Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }))

export function pageOfTags(tags: Tags | undefined, input: PageInput) {
  const page = pageOf(describeTags(tags), input, ({ Key }) => Key)
  return { Tags: page.items, ...pageMembers(page) }
}
