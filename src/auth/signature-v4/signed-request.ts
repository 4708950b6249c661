/** What the signature covers, exactly as it was received; every character of a string stands for one byte. */
export interface SignedRequest {
  readonly method: string
  /** Before the `?`. */
  readonly rawPath: string
  /** After the `?`, empty if there is none. */
  readonly rawQuery: string
  /** Name, value, name, value, as Node gives them. */
  readonly rawHeaders: readonly string[]
  /** Lower-case names, as Node gives them. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** The part of a request that the canonical request is made of, besides the payload's hash. */
export type CanonicalSource = Pick<SignedRequest, 'method' | 'rawPath' | 'rawQuery' | 'rawHeaders'>

export function headerOf(request: Pick<SignedRequest, 'headers'>, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : value?.[0]
}
