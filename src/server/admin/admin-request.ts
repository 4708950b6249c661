/** What an account's root user asks of this server. */
export interface AdminRequest {
  readonly method: string
  readonly path: readonly string[]
  readonly query: URLSearchParams
  /** Whose things; nobody else's are told of. */
  readonly account: string
}
