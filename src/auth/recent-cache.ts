/**
 * A bounded map that forgets what was not asked for lately: two generations of at most `limit` entries each.
 * A hit in the young one costs a single look-up, unlike a list kept in order of use.
 */
export interface RecentCache<Value> {
  get(key: string): Value | undefined
  set(key: string, value: Value): void
}

export function createRecentCache<Value>(limit: number): RecentCache<Value> {
  let young = new Map<string, Value>()
  let old = new Map<string, Value>()

  const set = (key: string, value: Value) => {
    if (young.size >= limit) {
      old = young
      young = new Map()
    }
    young.set(key, value)
  }

  const promote = (key: string) => {
    const value = old.get(key)
    if (value !== undefined) set(key, value)
    return value
  }

  return { get: (key) => young.get(key) ?? promote(key), set }
}
