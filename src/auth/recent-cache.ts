/**
 * A bounded map that forgets what was not asked for lately: two generations of at most `limit` entries each, or of as
 * many as weigh that much together.
 * A hit in the young one costs a single look-up, unlike a list kept in order of use.
 */
export interface RecentCache<Value> {
  get(key: string): Value | undefined
  set(key: string, value: Value): void
}

export function createRecentCache<Value>(limit: number, weightOf = (_key: string) => 1): RecentCache<Value> {
  let young = new Map<string, Value>()
  let old = new Map<string, Value>()
  let weight = 0

  const set = (key: string, value: Value) => {
    if (weight >= limit) {
      old = young
      young = new Map()
      weight = 0
    }
    if (!young.has(key)) weight += weightOf(key)
    young.set(key, value)
  }

  const promote = (key: string) => {
    const value = old.get(key)
    if (value !== undefined) set(key, value)
    return value
  }

  return { get: (key) => young.get(key) ?? promote(key), set }
}
