import type { Tags } from '#resources'

/** The tags that a request sets: Lambda takes a map of them, IAM and STS a list. */
export function tagsIn(tags: unknown): Tags | undefined {
  if (!Array.isArray(tags)) return tags as Tags | undefined
  return Object.fromEntries(tags.map(({ Key, Value }: { Key: string; Value: string }) => [Key, Value]))
}
