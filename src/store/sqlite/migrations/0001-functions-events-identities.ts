/**
 * Columns are what queries look at; the rest of a record is JSON. The order of version numbers is part of the key:
 * 0 is `$LATEST`.
 */
export const statements: readonly string[] = [
  `CREATE TABLE function_versions (
    account TEXT NOT NULL,
    function_name TEXT NOT NULL,
    version_number INTEGER NOT NULL,
    revision_id TEXT NOT NULL,
    code_sha256 TEXT NOT NULL,
    unsettled INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (account, function_name, version_number)
  )`,
  // A page of `$LATEST` versions without walking over the published ones between them.
  'CREATE INDEX function_versions_by_number ON function_versions (account, version_number, function_name)',
  'CREATE INDEX function_versions_by_code ON function_versions (code_sha256)',
  'CREATE INDEX function_versions_unsettled ON function_versions (unsettled) WHERE unsettled = 1',

  // AUTOINCREMENT: an id is never given twice, so one that is remembered as claimed cannot become another event.
  `CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    due_ms INTEGER NOT NULL,
    account TEXT NOT NULL,
    function_name TEXT NOT NULL,
    qualifier TEXT,
    request_id TEXT NOT NULL,
    trace_header TEXT NOT NULL,
    accepted_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    payload BLOB NOT NULL
  )`,
  'CREATE INDEX events_by_due ON events (due_ms, id)',

  // Users and roles. name_key is the name in lower case: IAM does not tell names apart by case.
  `CREATE TABLE principals (
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    name_key TEXT NOT NULL,
    path TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (account, kind, name_key)
  )`,
  `CREATE TABLE access_keys (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    owner_kind TEXT NOT NULL,
    owner_key TEXT NOT NULL,
    record TEXT NOT NULL,
    FOREIGN KEY (account, owner_kind, owner_key) REFERENCES principals (account, kind, name_key)
  )`,
  'CREATE INDEX access_keys_by_owner ON access_keys (account, owner_kind, owner_key)',
  `CREATE TABLE inline_policies (
    account TEXT NOT NULL,
    owner_kind TEXT NOT NULL,
    owner_key TEXT NOT NULL,
    name TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (account, owner_kind, owner_key, name),
    FOREIGN KEY (account, owner_kind, owner_key) REFERENCES principals (account, kind, name_key)
  )`,
]
