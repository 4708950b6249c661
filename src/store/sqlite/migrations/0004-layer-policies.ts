/** A policy lives and dies with its layer version. Its revision is its own: a layer version itself never changes. */
export const statements: readonly string[] = [
  'ALTER TABLE layer_versions ADD COLUMN policy TEXT',
  'ALTER TABLE layer_versions ADD COLUMN policy_revision TEXT',
]
