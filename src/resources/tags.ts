import { ResourceNotFoundException } from '#model'
import type { Tags } from './function.ts'
import { invalidParameter } from './function-errors.ts'

// AWS's limit for each resource.
const LIMIT = 50

/** The tags of a resource; undefined when there are none. */
export function checkTags(tags: Tags | undefined): Tags | undefined {
  if (!tags || Object.keys(tags).length === 0) return undefined
  if (Object.keys(tags).length > LIMIT) throw invalidParameter('Number of tags exceeds resource tag limit.')
  return tags
}

/** The tags of a resource and those added to it, which win. */
export function addTags(tags: Tags | undefined, added: Tags): Tags | undefined {
  // AWS's words for a request that adds nothing.
  if (Object.keys(added).length === 0) throw invalidParameter('An error occurred and the request cannot be processed.')
  return checkTags({ ...tags, ...added })
}

/** The tags that are left without these; a key that is not there is no error. */
export const removeTags = (tags: Tags | undefined, keys: readonly string[]): Tags | undefined =>
  checkTags(Object.fromEntries(Object.entries(tags ?? {}).filter(([key]) => !keys.includes(key))))

export const onlyFunctionsHaveTags = () =>
  invalidParameter('Tags on function aliases and versions are not supported. Please specify a function ARN.')

/** AWS's sentences about a taggable resource of another kind that does not exist. */
const missing: Readonly<Record<string, (arn: string) => { readonly Type: string; readonly Message: string }>> = {
  'event-source-mapping': (arn) => ({ Type: 'User', Message: `Event source mapping not found: ${arn}` }),
  'capacity-provider': (arn) => ({ Type: 'User', Message: `Capacity provider not found: ${arn}` }),
}

export function taggedResourceNotFound(kind: string, arn: string): ResourceNotFoundException {
  const body = missing[kind]?.(arn) ?? { Type: 'User', Message: 'The resource you requested does not exist.' }
  return new ResourceNotFoundException(body)
}
