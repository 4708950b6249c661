import type { logs } from '#model'
import type { Page } from '#resources'
import type { LogGroup, Store } from '#store'
import { invalidParameter, refuseBadToken } from './errors.ts'
import type { LogsHandler } from './handler.ts'
import { type Location, logGroupArn, nameIn } from './log-group.ts'

// AWS's largest page, and the default.
const PAGE_LIMIT = 50

export const describeLogGroups: LogsHandler<'DescribeLogGroups'> = async (input, { caller, place, store }) => {
  const location = { ...place, account: caller.account }
  const { logGroupNamePattern: part, logGroupNamePrefix: prefix } = input
  if (prefix !== undefined && part !== undefined) {
    throw invalidParameter('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.')
  }
  // Lambda's log groups are of the standard class.
  if (input.logGroupClass !== undefined && input.logGroupClass !== 'STANDARD') return { logGroups: [] }
  const options = { limit: input.limit ?? PAGE_LIMIT, prefix, part, after: input.nextToken }
  const page = input.logGroupIdentifiers
    ? await findGroups(store, location, input.logGroupIdentifiers)
    : await listGroups(store, options).catch(refuseBadToken)
  const describe = part === undefined ? describeGroup : describeBriefly
  return { logGroups: page.items.map((group) => describe(location, group)), nextToken: page.next }
}

interface Options {
  readonly limit: number
  readonly prefix: string | undefined
  /** Occurs anywhere in the name. */
  readonly part: string | undefined
  readonly after: string | undefined
}

/** Reads on until the page is full: groups whose name does not fit leave room for others. */
async function listGroups({ logs }: Store, { limit, prefix, part = '', after }: Options): Promise<Page<LogGroup>> {
  const items: LogGroup[] = []
  let next = after
  do {
    const page = await logs.listGroups({ limit: limit - items.length, prefix, after: next })
    items.push(...page.items.filter(({ name }) => name.includes(part)))
    next = page.next
  } while (next !== undefined && items.length < limit)
  return next === undefined ? { items } : { items, next }
}

/** Those of the named groups that exist, in order of name. */
async function findGroups({ logs }: Store, location: Location, identifiers: readonly string[]) {
  const names = new Set(
    identifiers.map((identifier) => nameIn(location, identifier)).filter((name) => name !== undefined),
  )
  const pages = await Promise.all([...names].sort().map((prefix) => logs.listGroups({ limit: 1, prefix })))
  const items = pages.flatMap((page) => page.items.filter(({ name }) => names.has(name)))
  return { items: [...new Map(items.map((group) => [group.name, group])).values()], next: undefined }
}

const describeGroup = (location: Location, group: LogGroup): logs.LogGroup => ({
  ...describeBriefly(location, group),
  storedBytes: group.storedBytes,
  deletionProtectionEnabled: false,
})

/** As AWS answers to a search by a part of the name. */
const describeBriefly = (location: Location, { name, createdMs }: LogGroup): logs.LogGroup => ({
  logGroupName: name,
  creationTime: createdMs,
  metricFilterCount: 0,
  arn: `${logGroupArn(location, name)}:*`,
  logGroupClass: 'STANDARD',
  logGroupArn: logGroupArn(location, name),
})
