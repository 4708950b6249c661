import type { Caller, SessionFacts } from '#auth'
import type { sts } from '#model'
import { duplicateTags, missingTransitiveTag, tagConflict } from './errors.ts'

/** The tags of the request, and those that the caller's own session hands on. */
export function sessionTags(
  { session }: Caller,
  { Tags = [], TransitiveTagKeys = [] }: sts.AssumeRoleRequest,
): Pick<SessionFacts, 'tags' | 'transitiveTagKeys'> {
  const inherited = session?.transitiveTags ?? {}
  const keys = Tags.map(({ Key }) => Key.toLowerCase())
  if (new Set(keys).size < keys.length) throw duplicateTags()
  if (Object.keys(inherited).some((key) => keys.includes(key.toLowerCase()))) throw tagConflict()
  if (TransitiveTagKeys.some((key) => !keys.includes(key.toLowerCase()))) throw missingTransitiveTag()
  const handedOn = Tags.map(({ Key }) => Key).filter((key) => isIn(TransitiveTagKeys, key))
  return {
    tags: { ...inherited, ...Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])) },
    transitiveTagKeys: [...Object.keys(inherited), ...handedOn],
  }
}

const isIn = (keys: readonly string[], key: string) => keys.some((one) => one.toLowerCase() === key.toLowerCase())
