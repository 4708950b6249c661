/** The numbers are those of the versions that an alias routes to; the second is the one with a weight, if there is one. */
export const statements: readonly string[] = [
  `CREATE TABLE aliases (
    account TEXT NOT NULL,
    function_name TEXT NOT NULL,
    name TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    version_number INTEGER NOT NULL,
    weighted_number INTEGER,
    record TEXT NOT NULL,
    PRIMARY KEY (account, function_name, name)
  )`,
  `CREATE TABLE reserved_concurrency (
    account TEXT NOT NULL,
    function_name TEXT NOT NULL,
    executions INTEGER NOT NULL,
    PRIMARY KEY (account, function_name)
  )`,
  // What an account's code packages take, summed without reading every record.
  'ALTER TABLE function_versions ADD COLUMN code_size INTEGER NOT NULL DEFAULT 0',
  "UPDATE function_versions SET code_size = json_extract(record, '$.code.size')",
]
