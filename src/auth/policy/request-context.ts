/** The condition keys of one request. Values are computed when asked for: a policy without conditions costs nothing. */
export interface RequestContext {
  /** `key` in lower case, as policies are compiled. */
  get(key: string): ContextValue | undefined
}

export type ContextValue = string | readonly string[]

export const emptyContext: RequestContext = { get: () => undefined }

export interface ObservedContext extends RequestContext {
  /** Whether anything asked for a key since. */
  readonly wasRead: () => boolean
}

/** Tells whether an answer depended on the context, and so must not be remembered. */
export function observe(context: RequestContext): ObservedContext {
  let read = false
  return {
    get: (key) => {
      read = true
      return context.get(key)
    },
    wasRead: () => read,
  }
}
