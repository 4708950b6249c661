import { arnOf } from '../../support/functions.ts'
import { breaks, invalid, notFound, type Refusal, validation } from '../../support/refusal.ts'
import type { Row } from './row.ts'

const mismatch = invalid('The derived qualifier from the function name does not match the specified qualifier.')
const noFunction = notFound("The function doesn't exist.")
const none = (name: string): Refusal => notFound(`The function ${arnOf(name)} doesn't have an EventInvokeConfig`)
const attempts = { MaximumRetryAttempts: 1 }
const to = (Destination: string) => ({ DestinationConfig: { OnSuccess: { Destination } } })
const oddArn = arnOf('fn').replace(':lambda', ':_-/!lambda')
const iamArn = arnOf('fn').replace('lambda', 'iam')
const DESTINATION =
  '$|kafka://([^.]([a-zA-Z0-9\\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)'

const put = (input: object, refusal: Refusal): Row => [
  'PutFunctionEventInvokeConfig',
  { FunctionName: 'fn', ...input },
  refusal,
]

export const events: readonly Row[] = [
  put({ FunctionName: 'doesnotexist', ...attempts }, noFunction),
  put({ FunctionName: arnOf('doesnotexist'), ...attempts }, noFunction),
  put({}, invalid('You must specify at least one of error handling or destination setting.')),
  put(to(arnOf('doesnotexist')), invalid(`The destination ARN ${arnOf('doesnotexist')} is invalid.`)),
  put(to(arnOf('fn')), invalid("You can't specify the function as a destination for itself.")),
  put(
    to(iamArn),
    invalid(
      `The provided destination config DestinationConfig(onSuccess=OnSuccess(destination=${iamArn}), onFailure=null) is invalid.`,
    ),
  ),
  put(
    { DestinationConfig: { OnFailure: { Destination: oddArn } } },
    validation(
      breaks('destinationConfig.onFailure.destination', oddArn, `satisfy regular expression pattern: ${DESTINATION}`),
    ),
  ),
  put({ Qualifier: 'doesnotexist', ...attempts }, noFunction),
  put({ FunctionName: arnOf('fn:live'), Qualifier: 'live-doesnotexist', ...attempts }, mismatch),
  put({ FunctionName: 'fn:live', Qualifier: 'live-doesnotexist', ...attempts }, mismatch),
  put({ FunctionName: 'fn:live', Qualifier: '1', ...attempts }, mismatch),
  put({ FunctionName: 'fn:1', Qualifier: 'live', ...attempts }, mismatch),
  put({ FunctionName: 'fn:$LATEST', Qualifier: '1', ...attempts }, mismatch),
  ['DeleteFunctionEventInvokeConfig', { FunctionName: 'fn' }, none('fn:$LATEST')],
  ['DeleteFunctionEventInvokeConfig', { FunctionName: 'doesnotexist' }, none('doesnotexist:$LATEST')],
  ['ListFunctionEventInvokeConfigs', { FunctionName: 'doesnotexist' }, noFunction],
  ['GetFunctionEventInvokeConfig', { FunctionName: 'doesnotexist' }, none('doesnotexist:$LATEST')],
  ['GetFunctionEventInvokeConfig', { FunctionName: 'fn', Qualifier: 'doesnotexist' }, none('fn:doesnotexist')],
  ['GetFunctionEventInvokeConfig', { FunctionName: 'fn', Qualifier: 'live' }, none('fn:live')],
  ['GetFunctionEventInvokeConfig', { FunctionName: 'fn', Qualifier: '1' }, none('fn:1')],
  ['UpdateFunctionEventInvokeConfig', { FunctionName: 'doesnotexist', ...attempts }, noFunction],
  ['UpdateFunctionEventInvokeConfig', { FunctionName: 'fn', Qualifier: 'live', ...attempts }, none('fn:live')],
  ['UpdateFunctionEventInvokeConfig', { FunctionName: 'fn', ...attempts }, none('fn:$LATEST')],
]
