/** What functions on managed instances run on, and which versions run on what: null for those that do not. */
export const statements: readonly string[] = [
  `CREATE TABLE capacity_providers (
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (account, name)
  )`,
  'ALTER TABLE function_versions ADD COLUMN capacity_provider TEXT',
  `CREATE INDEX function_versions_by_capacity_provider
    ON function_versions (account, capacity_provider, function_name, version_number)
    WHERE capacity_provider IS NOT NULL`,
]
