import * as first from './0001-functions-events-identities.ts'
import * as second from './0002-aliases-concurrency.ts'
import * as seventh from './0007-identities.ts'

/** In order; the position plus one is the schema version. A migration that was published is never edited. */
export const migrations: readonly (readonly string[])[] = [first.statements, second.statements, seventh.statements]
