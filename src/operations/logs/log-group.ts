import type { Place } from '#resources'
import type { Store } from '#store'
import { logGroupNotFound, logStreamNotFound, nameAndIdentifier, noLogGroup } from './errors.ts'

/** Where a log group is: the server keeps those of one account. */
export interface Location extends Place {
  readonly account: string
}

export interface LogGroupInput {
  readonly logGroupName?: string | undefined
  /** A name or an ARN. */
  readonly logGroupIdentifier?: string | undefined
}

export const logGroupArn = ({ partition, region, account }: Location, name: string) =>
  `arn:${partition}:logs:${region}:${account}:log-group:${name}`

/** The name of the log group that the request is about; a group of another account or region does not exist. */
export function logGroupNameOf(location: Location, { logGroupName, logGroupIdentifier }: LogGroupInput): string {
  if (logGroupName !== undefined && logGroupIdentifier !== undefined) throw nameAndIdentifier()
  const identifier = logGroupName ?? logGroupIdentifier
  if (identifier === undefined) throw noLogGroup()
  const name = nameIn(location, identifier)
  if (name === undefined) throw logGroupNotFound()
  return name
}

/** Undefined when the identifier is an ARN of somewhere else. */
export function nameIn(location: Location, identifier: string): string | undefined {
  if (!identifier.startsWith('arn:')) return identifier
  const prefix = logGroupArn(location, '')
  return identifier.startsWith(prefix) ? identifier.slice(prefix.length) : undefined
}

/** Which of the two does not exist. */
export async function notFoundIn({ logs }: Store, group: string): Promise<Error> {
  return (await logs.listStreams(group, { limit: 1, orderBy: 'name' })) ? logStreamNotFound() : logGroupNotFound()
}
