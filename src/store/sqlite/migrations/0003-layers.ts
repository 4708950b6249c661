export const statements: readonly string[] = [
  // The highest number that was ever published, also when the version is gone: none is used twice.
  `CREATE TABLE layers (
    account TEXT NOT NULL,
    layer_name TEXT NOT NULL,
    last_version INTEGER NOT NULL,
    PRIMARY KEY (account, layer_name)
  )`,
  // What lists filter by is written as ` a b `, with a blank on each side of every value.
  `CREATE TABLE layer_versions (
    account TEXT NOT NULL,
    layer_name TEXT NOT NULL,
    version_number INTEGER NOT NULL,
    runtimes TEXT NOT NULL,
    architectures TEXT NOT NULL,
    code_sha256 TEXT NOT NULL,
    code_size INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (account, layer_name, version_number)
  )`,
  // The packages of a version's layers in their order, with blanks between them: what must not be thrown away.
  "ALTER TABLE function_versions ADD COLUMN layers_sha256 TEXT NOT NULL DEFAULT ''",
]
