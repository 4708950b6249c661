import type { LogsOperations } from '#model'
import { type Location, type LogGroupInput, logGroupArn, logGroupNameOf } from './log-group.ts'

interface Question {
  readonly action: `logs:${string}`
  readonly resource: string
}

type Authorization = {
  readonly [Name in keyof LogsOperations]: (input: LogsOperations[Name]['input'], location: Location) => Question
}

const onLogGroup = (action: Question['action']) => (input: LogGroupInput, location: Location) => ({
  action,
  resource: `${logGroupArn(location, logGroupNameOf(location, input))}:*`,
})

/** Every operation: what is asked before it begins. */
export const logsAuthorization: Authorization = {
  DescribeLogGroups: (_input, location) => ({
    action: 'logs:DescribeLogGroups',
    resource: logGroupArn(location, '*'),
  }),
  DescribeLogStreams: onLogGroup('logs:DescribeLogStreams'),
  GetLogEvents: onLogGroup('logs:GetLogEvents'),
  FilterLogEvents: onLogGroup('logs:FilterLogEvents'),
}
