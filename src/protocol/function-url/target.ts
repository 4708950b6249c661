import { type HttpRequest, headerOf } from '../http.ts'

/** The function URL that a request came to. */
export interface FunctionUrlTarget {
  readonly urlId: string
  /** Undefined: that of this server. */
  readonly region: string | undefined
  /** Without the port; undefined when the request named the URL by its path. */
  readonly domainName: string | undefined
  /** What the function sees of the path. */
  readonly rawPath: string
}

type Head = Pick<HttpRequest, 'headers' | 'rawPath'>

/** Undefined when the request is for the API. A host says more than a path: below it all paths are the function's. */
export const functionUrlTarget = (head: Head): FunctionUrlTarget | undefined => namedByHost(head) ?? namedByPath(head)

// `localhost` stands for `on.aws` where no name server is at hand: names under it lead to the own machine everywhere.
const HOST = /^(([a-z0-9]{1,63})\.lambda-url\.([a-z0-9-]{1,63})\.(?:on\.aws|localhost))(?::\d{1,5})?$/

function namedByHost(head: Head): FunctionUrlTarget | undefined {
  const host = headerOf(head, 'host')?.toLowerCase()
  if (host === undefined || !host.includes('.lambda-url.')) return undefined
  const [, domainName, urlId, region] = HOST.exec(host) ?? []
  return domainName && urlId && region ? { domainName, urlId, region, rawPath: head.rawPath } : undefined
}

// For clients that find no names under `localhost`. Every path of the API begins with a date.
const PATH = '/lambda-url/'

function namedByPath({ rawPath }: Head): FunctionUrlTarget | undefined {
  if (!rawPath.startsWith(PATH)) return undefined
  const [, urlId, rest] = /^([a-z0-9]{1,63})(\/.*)?$/.exec(rawPath.slice(PATH.length)) ?? []
  return urlId ? { urlId, region: undefined, domainName: undefined, rawPath: rest ?? '/' } : undefined
}
