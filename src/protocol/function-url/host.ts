import { type HttpRequest, headerOf } from '../http.ts'

/** A request that came to a function URL, as its Host header says. */
export interface FunctionUrlHost {
  readonly urlId: string
  readonly region: string
  /** Without the port. */
  readonly domainName: string
}

// `localhost` stands for `on.aws` where no name server is at hand: names under it lead to the own machine everywhere.
const FORM = /^(([a-z0-9]{1,63})\.lambda-url\.([a-z0-9-]{1,63})\.(?:on\.aws|localhost))(?::\d{1,5})?$/

/** Undefined when the request is for the API. */
export function functionUrlHost(head: Pick<HttpRequest, 'headers'>): FunctionUrlHost | undefined {
  const host = headerOf(head, 'host')?.toLowerCase()
  if (host === undefined || !host.includes('.lambda-url.')) return undefined
  const [, domainName, urlId, region] = FORM.exec(host) ?? []
  return domainName && urlId && region ? { domainName, urlId, region } : undefined
}
