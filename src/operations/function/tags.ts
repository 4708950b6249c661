import { invalidParameter, type Tags } from '#resources'

// AWS's limit for each resource.
const LIMIT = 50

/** The tags of a new resource; none when there are none. */
export function checkTags(tags: Tags | undefined): Tags | undefined {
  if (!tags || Object.keys(tags).length === 0) return undefined
  if (Object.keys(tags).length > LIMIT) throw invalidParameter('Number of tags exceeds resource tag limit.')
  return tags
}
