import * as first from './0001-functions-events-identities.ts'
import * as second from './0002-aliases-concurrency.ts'
import * as third from './0003-layers.ts'
import * as fourth from './0004-layer-policies.ts'
import * as fifth from './0005-function-settings.ts'
import * as sixth from './0006-code-signing.ts'
import * as seventh from './0007-identities.ts'
import * as eighth from './0008-code-storage.ts'
import * as ninth from './0009-events.ts'
import * as tenth from './0010-capacity-providers.ts'

/** In order; the position plus one is the schema version. A migration that was published is never edited. */
export const migrations: readonly (readonly string[])[] = [
  first.statements,
  second.statements,
  third.statements,
  fourth.statements,
  fifth.statements,
  sixth.statements,
  seventh.statements,
  eighth.statements,
  ninth.statements,
  tenth.statements,
]
