/**
 * Groups, managed policies, tags and boundaries. What belongs to a user, a group or a role is kept under its unique id:
 * names may change, and whoever gets a name later is somebody else.
 */
export const statements: readonly string[] = [
  "ALTER TABLE principals ADD COLUMN id TEXT NOT NULL DEFAULT ''",
  // The ARN of the managed policy that limits the principal.
  'ALTER TABLE principals ADD COLUMN boundary_arn TEXT',
  "UPDATE principals SET id = json_extract(record, '$.id')",
  'CREATE UNIQUE INDEX principals_by_id ON principals (id)',
  'CREATE INDEX principals_by_boundary ON principals (boundary_arn) WHERE boundary_arn IS NOT NULL',

  'ALTER TABLE access_keys RENAME TO access_keys_by_name',
  'DROP INDEX access_keys_by_owner',
  `CREATE TABLE access_keys (
    id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES principals (id),
    record TEXT NOT NULL
  )`,
  `INSERT INTO access_keys (id, owner_id, record)
    SELECT k.id, p.id, json_set(k.record, '$.userId', p.id) FROM access_keys_by_name k
    JOIN principals p ON p.account = k.account AND p.kind = k.owner_kind AND p.name_key = k.owner_key`,
  'DROP TABLE access_keys_by_name',
  'CREATE INDEX access_keys_by_owner ON access_keys (owner_id)',

  'ALTER TABLE inline_policies RENAME TO inline_policies_by_name',
  `CREATE TABLE inline_policies (
    owner_id TEXT NOT NULL REFERENCES principals (id),
    name TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (owner_id, name)
  )`,
  `INSERT INTO inline_policies (owner_id, name, document)
    SELECT p.id, i.name, json_extract(i.record, '$.document') FROM inline_policies_by_name i
    JOIN principals p ON p.account = i.account AND p.kind = i.owner_kind AND p.name_key = i.owner_key`,
  'DROP TABLE inline_policies_by_name',

  `CREATE TABLE group_members (
    group_id TEXT NOT NULL REFERENCES principals (id),
    user_id TEXT NOT NULL REFERENCES principals (id),
    PRIMARY KEY (group_id, user_id)
  )`,
  'CREATE INDEX group_members_by_user ON group_members (user_id)',

  // Names of policies are told apart without regard to case, too.
  `CREATE TABLE managed_policies (
    arn TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    name_key TEXT NOT NULL,
    path TEXT NOT NULL,
    default_version INTEGER NOT NULL,
    latest_version INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    record TEXT NOT NULL,
    UNIQUE (account, name_key)
  )`,
  `CREATE TABLE policy_versions (
    policy_arn TEXT NOT NULL REFERENCES managed_policies (arn) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    document TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (policy_arn, number)
  )`,
  // Policies that AWS manages have no rows, so the ARN is not a reference.
  `CREATE TABLE policy_attachments (
    owner_id TEXT NOT NULL REFERENCES principals (id),
    policy_arn TEXT NOT NULL,
    PRIMARY KEY (owner_id, policy_arn)
  )`,
  'CREATE INDEX policy_attachments_by_policy ON policy_attachments (policy_arn)',

  // Of access keys and roles.
  `CREATE TABLE last_uses (
    id TEXT PRIMARY KEY,
    used_ms INTEGER NOT NULL,
    service TEXT NOT NULL,
    region TEXT NOT NULL
  )`,
]
