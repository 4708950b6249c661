/**
 * Events are read by function and qualifier, so that none waits behind those of another. An event that runs again keeps
 * what the function answered, because its end is told with the last answer.
 */
export const statements: readonly string[] = [
  "UPDATE events SET qualifier = '' WHERE qualifier IS NULL",
  'ALTER TABLE events ADD COLUMN executed_version TEXT',
  'ALTER TABLE events ADD COLUMN answer BLOB',
  'DROP INDEX events_by_due',
  'CREATE INDEX events_by_lane ON events (account, function_name, qualifier, due_ms, id)',

  // What is to be handed over to targets, read by target and execution role: one that hangs holds up no other.
  `CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    target TEXT NOT NULL,
    role TEXT NOT NULL,
    due_ms INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    record TEXT NOT NULL,
    payload BLOB NOT NULL,
    answer BLOB
  )`,
  'CREATE INDEX outbox_by_lane ON outbox (target, role, due_ms, id)',

  // Events that failed for good and that nobody was told of, for a while.
  `CREATE TABLE failed_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    function_name TEXT NOT NULL,
    ended_ms INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    record TEXT NOT NULL,
    payload BLOB NOT NULL,
    answer BLOB
  )`,
  'CREATE INDEX failed_events_by_function ON failed_events (account, function_name, id)',
  'CREATE INDEX failed_events_by_end ON failed_events (ended_ms)',
]
