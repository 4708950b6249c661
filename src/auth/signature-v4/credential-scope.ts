import { malformedCredential, wrongScope } from './signature-errors.ts'

/** `keyid/date/region/service/aws4_request`, taken apart. */
export interface Credential {
  readonly accessKeyId: string
  /** `YYYYMMDD`. */
  readonly date: string
  readonly region: string
  readonly service: string
  readonly terminator: string
}

/** What a request to this server should be scoped to. */
export interface ExpectedScope {
  readonly region: string
  readonly service: string
}

export const TERMINATOR = 'aws4_request'

/** IAM and STS are global: SDKs sign for this region unless an endpoint of their own makes them use the client's. */
const GLOBAL_REGION = 'us-east-1'
const isGlobal = (service: string) => service === 'iam' || service === 'sts'

export function parseCredential(text: string): Credential {
  const [accessKeyId, date, region, service, terminator, ...rest] = text.split('/')
  if (
    accessKeyId === undefined ||
    date === undefined ||
    region === undefined ||
    service === undefined ||
    terminator === undefined ||
    rest.length > 0
  )
    throw malformedCredential(text)
  return { accessKeyId, date, region, service, terminator }
}

/** `timestamp` is the request's own date; every sentence that applies goes into one message. */
export function checkScope(signature: Credential & { readonly timestamp: string }, expected: ExpectedScope): void {
  const { date, region, service, terminator, timestamp } = signature
  if (
    isExpectedRegion(region, expected) &&
    service === expected.service &&
    terminator === TERMINATOR &&
    timestamp.startsWith(date) &&
    date.length === 8
  )
    return
  throw wrongScope(scopeSentences(signature, expected))
}

function isExpectedRegion(region: string, expected: ExpectedScope): boolean {
  return region === expected.region || (region === GLOBAL_REGION && isGlobal(expected.service))
}

function scopeSentences(
  { date, region, service, terminator, timestamp }: Credential & { readonly timestamp: string },
  expected: ExpectedScope,
): string[] {
  const day = timestamp.slice(0, 8)
  const sentences: string[] = []
  if (!isExpectedRegion(region, expected)) sentences.push('Credential should be scoped to a valid region. ')
  if (service !== expected.service)
    sentences.push(`Credential should be scoped to correct service: '${expected.service}'. `)
  if (terminator !== TERMINATOR)
    sentences.push(`Credential should be scoped with a valid terminator: '${TERMINATOR}', not '${terminator}'. `)
  if (date !== day)
    sentences.push(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${day}', from '${timestamp}'.`,
    )
  return sentences
}
