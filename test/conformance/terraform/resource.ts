import { NoSuchEntityException } from '@aws-sdk/client-iam'
import { ProvisionedConcurrencyConfigNotFoundException, ResourceNotFoundException } from '@aws-sdk/client-lambda'

/** What the AWS provider does with one kind of resource: the calls that it makes, in its order. */
export interface Resource<Attributes extends object> {
  create(wanted: Attributes): Promise<unknown>
  /** The attributes as a refresh writes them into the state; undefined when the resource is gone. */
  read(of: Attributes): Promise<Attributes | undefined>
  update(before: Attributes, wanted: Attributes): Promise<unknown>
  delete(of: Attributes): Promise<unknown>
}

/** Undefined when AWS says that there is no such thing, as the provider takes it. */
export async function unlessGone<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  return call.catch((error) => {
    if (
      error instanceof ResourceNotFoundException ||
      error instanceof ProvisionedConcurrencyConfigNotFoundException ||
      error instanceof NoSuchEntityException
    )
      return undefined
    throw error
  })
}

export type Tags = Readonly<Record<string, string>>

/** What the provider takes away and what it gives when tags change. */
export function tagChanges(before: Tags, wanted: Tags): { removed: string[]; given: Record<string, string> } {
  return {
    removed: Object.keys(before).filter((key) => !(key in wanted)),
    given: Object.fromEntries(Object.entries(wanted).filter(([key, value]) => before[key] !== value)),
  }
}

/** JSON documents are the same when they say the same. */
export const normalized = (document: string | undefined): string => JSON.stringify(JSON.parse(document ?? 'null'))
