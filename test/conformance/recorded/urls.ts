import { arnOf } from '../../support/functions.ts'
import { breaks, conflict, invalid, notFound, type Refusal, validation } from '../../support/refusal.ts'
import type { Row } from './row.ts'

const AuthType = 'NONE'
const noFunction = notFound('Function does not exist')
const noUrl = notFound('The resource you requested does not exist.')
const mismatch = invalid('The derived qualifier from the function name does not match the specified qualifier.')
const badQualifier = (qualifier: string) =>
  validation(breaks('qualifier', qualifier, 'satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)'))

type UrlOperation =
  | 'CreateFunctionUrlConfig'
  | 'GetFunctionUrlConfig'
  | 'UpdateFunctionUrlConfig'
  | 'DeleteFunctionUrlConfig'

const common = (operation: UrlOperation, absent: Refusal): readonly Row[] => [
  [operation, { FunctionName: 'doesnotexist', AuthType }, absent],
  [operation, { FunctionName: arnOf('doesnotexist'), AuthType }, absent],
  [operation, { FunctionName: 'doesnotexist', Qualifier: '1', AuthType }, badQualifier('1')],
  [operation, { FunctionName: 'fn', Qualifier: '1', AuthType }, badQualifier('1')],
  [operation, { FunctionName: 'fn', Qualifier: '2', AuthType }, badQualifier('2')],
  [operation, { FunctionName: 'fn', Qualifier: 'doesnotexist', AuthType }, absent],
  [operation, { FunctionName: arnOf('fn:live'), Qualifier: 'doesnotexist', AuthType }, mismatch],
  [operation, { FunctionName: 'fn', Qualifier: '$LATEST', AuthType }, badQualifier('$LATEST')],
]

/** `fn` has no URL, `reached` has one. */
export const urls: readonly Row[] = [
  ...common('CreateFunctionUrlConfig', noFunction),
  ...common('GetFunctionUrlConfig', noUrl),
  ...common('UpdateFunctionUrlConfig', noFunction),
  ...common('DeleteFunctionUrlConfig', noUrl),
  ['GetFunctionUrlConfig', { FunctionName: 'fn' }, noUrl],
  ['UpdateFunctionUrlConfig', { FunctionName: 'fn' }, noUrl],
  ['DeleteFunctionUrlConfig', { FunctionName: 'fn' }, noUrl],
  ['ListFunctionUrlConfigs', { FunctionName: 'doesnotexist' }, noFunction],
  [
    'CreateFunctionUrlConfig',
    { FunctionName: 'reached', AuthType },
    conflict(
      `Failed to create function url config for [functionArn = ${arnOf('reached')}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
    ),
  ],
  [
    'CreateFunctionUrlConfig',
    { FunctionName: 'fn', AuthType, InvokeMode: 'UNKNOWN' },
    validation(breaks('invokeMode', 'UNKNOWN', 'satisfy enum value set: [RESPONSE_STREAM, BUFFERED]')),
  ],
]
