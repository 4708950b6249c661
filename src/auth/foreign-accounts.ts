import type { OperationName } from '#model'

/** What AWS lets a resource-based policy open to other accounts. */
const open: ReadonlySet<OperationName> = new Set<OperationName>([
  'CreateAlias',
  'DeleteAlias',
  'DeleteFunction',
  'DeleteFunctionConcurrency',
  'DeleteFunctionEventInvokeConfig',
  'DeleteProvisionedConcurrencyConfig',
  'GetAlias',
  'GetFunction',
  'GetFunctionConcurrency',
  'GetFunctionConfiguration',
  'GetFunctionEventInvokeConfig',
  'GetPolicy',
  'GetProvisionedConcurrencyConfig',
  'Invoke',
  'InvokeWithResponseStream',
  'ListAliases',
  'ListFunctionEventInvokeConfigs',
  'ListProvisionedConcurrencyConfigs',
  'ListTags',
  'ListVersionsByFunction',
  'PublishVersion',
  'PutFunctionConcurrency',
  'PutFunctionEventInvokeConfig',
  'PutProvisionedConcurrencyConfig',
  'TagResource',
  'UntagResource',
  'UpdateAlias',
  'UpdateFunctionCode',
  'UpdateFunctionEventInvokeConfig',
])

/** Whether the operation may be about a function of another account; AWS refuses the others without a reason. */
export const isOpenToAccounts = (operation: OperationName): boolean => open.has(operation)
