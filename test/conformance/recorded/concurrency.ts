import { arnOf } from '../../support/functions.ts'
import { breaks, conflict, invalid, notFound, type Refusal, throttled, validation } from '../../support/refusal.ts'
import { type Row, UNTYPED } from './row.ts'

const THROTTLED = ['Reason', 'Type', 'message']
const noFunction = notFound(`Function not found: ${arnOf('doesnotexist:$LATEST')}`)
const tooMuchReserved = invalid(
  "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
)
const noConfig: Refusal = {
  code: 'ProvisionedConcurrencyConfigNotFoundException',
  status: 404,
  message: 'No Provisioned Concurrency Config found for this function',
}
const noAlias = (name: string) => notFound(`Cannot find alias arn: ${arnOf(name)}`)
const noVersion = (name: string) => notFound(`Function not found: ${arnOf(name)}`)
const notPublished = invalid('The function resource provided must be an alias or a published version.')
const moreThanReserved = invalid(
  'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function',
)

const at = (Qualifier: string, FunctionName = 'fn') => ({ FunctionName, Qualifier })
const provision = (qualifier: string, executions: number, name?: string) => ({
  ...at(qualifier, name),
  ProvisionedConcurrentExecutions: executions,
})

/**
 * `blocked` has reserved nothing and `full` exactly what its version 1 has provisioned, two; of `shared`, version 1 and
 * the alias of version 2 are provisioned. `unreserved` is what the account has left.
 */
export const concurrency = (unreserved: number): readonly Row[] => [
  ['Invoke', { FunctionName: 'blocked' }, throttled, THROTTLED],
  ['Invoke', { FunctionName: 'blocked', InvocationType: 'RequestResponse' }, throttled, THROTTLED],
  ['Invoke', { FunctionName: 'full' }, throttled, THROTTLED],

  ['PutFunctionConcurrency', { FunctionName: 'doesnotexist', ReservedConcurrentExecutions: 1 }, noFunction],
  ['PutFunctionConcurrency', { FunctionName: 'doesnotexist', ReservedConcurrentExecutions: 1001 }, noFunction],
  [
    'PutFunctionConcurrency',
    { FunctionName: arnOf('fn:1'), ReservedConcurrentExecutions: 1 },
    invalid(
      'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
    ),
  ],
  [
    'PutFunctionConcurrency',
    { FunctionName: 'fn', ReservedConcurrentExecutions: unreserved + 1 },
    tooMuchReserved,
    UNTYPED,
  ],
  [
    'PutFunctionConcurrency',
    { FunctionName: 'fn', ReservedConcurrentExecutions: unreserved - 99 },
    tooMuchReserved,
    UNTYPED,
  ],
  [
    'PutFunctionConcurrency',
    { FunctionName: 'full', ReservedConcurrentExecutions: 1 },
    invalid(" ReservedConcurrentExecutions  1 should not be lower than function's total provisioned concurrency [2]."),
    UNTYPED,
  ],

  ['GetProvisionedConcurrencyConfig', at('1'), noConfig],
  ['GetProvisionedConcurrencyConfig', at('noalias', 'doesnotexist'), noAlias('doesnotexist:noalias')],
  ['GetProvisionedConcurrencyConfig', at('noalias'), noAlias('fn:noalias')],
  ['GetProvisionedConcurrencyConfig', at('10'), noVersion('fn:10')],
  ['GetProvisionedConcurrencyConfig', at('$LATEST'), notPublished],
  ['ListProvisionedConcurrencyConfigs', { FunctionName: 'doesnotexist' }, noVersion('doesnotexist')],
  ['DeleteProvisionedConcurrencyConfig', at('1', 'doesnotexist'), noVersion('doesnotexist:1')],
  ['DeleteProvisionedConcurrencyConfig', at('noalias'), noAlias('fn:noalias')],
  ['DeleteProvisionedConcurrencyConfig', at('10'), noVersion('fn:10')],
  ['DeleteProvisionedConcurrencyConfig', at('$LATEST'), notPublished],
  [
    'PutProvisionedConcurrencyConfig',
    provision('1', 0),
    validation(breaks('provisionedConcurrentExecutions', '0', 'have value greater than or equal to 1')),
  ],
  ['PutProvisionedConcurrencyConfig', provision('noalias', 1, 'doesnotexist'), noAlias('doesnotexist:noalias')],
  ['PutProvisionedConcurrencyConfig', provision('1', 1, 'doesnotexist'), noVersion('doesnotexist:1')],
  ['PutProvisionedConcurrencyConfig', provision('doesnotexist', 1), noAlias('fn:doesnotexist')],
  ['PutProvisionedConcurrencyConfig', provision('10', 1), noVersion('fn:10')],
  [
    'PutProvisionedConcurrencyConfig',
    provision('$LATEST', 1),
    invalid('Provisioned Concurrency Configs cannot be applied to unpublished function versions.'),
  ],
  [
    'PutProvisionedConcurrencyConfig',
    provision('1', unreserved + 1),
    invalid(
      `Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [${unreserved}].`,
    ),
    UNTYPED,
  ],
  [
    'PutProvisionedConcurrencyConfig',
    provision('1', unreserved - 99),
    invalid(
      "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
    ),
    UNTYPED,
  ],
  ['PutProvisionedConcurrencyConfig', provision('2', 1, 'full'), moreThanReserved],
  ['PutProvisionedConcurrencyConfig', provision('1', 3, 'full'), moreThanReserved],
  [
    'PutProvisionedConcurrencyConfig',
    provision('first', 1, 'shared'),
    conflict("Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"),
  ],
  [
    'PutProvisionedConcurrencyConfig',
    provision('2', 1, 'shared'),
    conflict('Version is pointed by a Provisioned Concurrency alias'),
  ],
]
