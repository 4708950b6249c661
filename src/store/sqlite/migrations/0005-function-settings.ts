/**
 * Settings of every kind that hang on a function: on `$LATEST`, on a version or on an alias. `executions` is what
 * provisioned concurrency takes, and 0 for the other kinds, so that the database can hold the sums to their limits.
 */
export const statements: readonly string[] = [
  `CREATE TABLE function_settings (
    account TEXT NOT NULL,
    function_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    qualifier TEXT NOT NULL,
    executions INTEGER NOT NULL DEFAULT 0,
    record TEXT NOT NULL,
    PRIMARY KEY (account, function_name, kind, qualifier)
  )`,
]
