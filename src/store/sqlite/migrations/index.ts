import * as first from './0001-functions-events-identities.ts'
import * as second from './0002-aliases-concurrency.ts'
import * as sixth from './0006-code-signing.ts'

/** In order; the position plus one is the schema version. A migration that was published is never edited. */
export const migrations: readonly (readonly string[])[] = [first.statements, second.statements, sixth.statements]
