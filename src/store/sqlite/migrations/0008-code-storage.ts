/** The code of an account is summed up before more is stored, without reading any record. */
export const statements: readonly string[] = [
  'CREATE INDEX function_versions_by_size ON function_versions (account, code_size)',
  'CREATE INDEX layer_versions_by_size ON layer_versions (account, code_size)',
]
