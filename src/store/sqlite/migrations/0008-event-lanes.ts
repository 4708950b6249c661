/**
 * Events are read by function and qualifier, so that none waits behind those of another. An event that runs again keeps
 * what the function answered, because its end is told with the last answer.
 */
export const statements: readonly string[] = [
  "UPDATE events SET qualifier = '' WHERE qualifier IS NULL",
  'ALTER TABLE events ADD COLUMN executed_version TEXT',
  'ALTER TABLE events ADD COLUMN error BLOB',
  'DROP INDEX events_by_due',
  'CREATE INDEX events_by_lane ON events (account, function_name, qualifier, due_ms, id)',
]
