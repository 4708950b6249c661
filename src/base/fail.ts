/** `value ?? fail(error)`: throws in the place of an expression. */
export function fail(error: Error): never {
  throw error
}
