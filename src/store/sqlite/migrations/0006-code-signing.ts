export const statements: readonly string[] = [
  `CREATE TABLE code_signing_configs (
    account TEXT NOT NULL,
    id TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (account, id)
  )`,
  `CREATE TABLE function_code_signing (
    account TEXT NOT NULL,
    function_name TEXT NOT NULL,
    config_id TEXT NOT NULL,
    PRIMARY KEY (account, function_name)
  )`,
  // Which functions use a configuration, in order of name.
  'CREATE INDEX function_code_signing_by_config ON function_code_signing (account, config_id, function_name)',
]
