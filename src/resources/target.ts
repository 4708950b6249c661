import { invalidParameter } from './function-errors.ts'

/** The services that take what becomes of events: records of invocations, and events that failed. */
export type TargetService = 'lambda' | 'sqs' | 'sns' | 'events' | 's3'

// Queues and topics that keep an order are not taken: AWS sends without a message group.
const forms: Readonly<Record<TargetService, RegExp>> = {
  lambda: /./,
  sqs: /^arn:[^:]+:sqs:[^:]+:\d{12}:[\w-]{1,80}$/,
  sns: /^arn:[^:]+:sns:[^:]+:\d{12}:[\w-]{1,256}$/,
  events: /^arn:[^:]+:events:[^:]+:\d{12}:event-bus\/[/.\w-]{1,256}$/,
  s3: /^arn:[^:]+:s3:::[a-z0-9][a-z0-9.-]{0,62}$/,
}

/** The service of an ARN, if something of it can be a target. */
export function targetServiceOf(arn: string): TargetService | undefined {
  const service = arn.split(':')[2] ?? ''
  const isKnown = (name: string): name is TargetService => Object.hasOwn(forms, name)
  return isKnown(service) && forms[service].test(arn) ? service : undefined
}

/** What the execution role must be allowed for something to be delivered to the target. */
export interface NeededRight {
  readonly action: string
  readonly resource: string
}

const calls: Readonly<Record<TargetService, string>> = {
  lambda: 'lambda:InvokeFunction',
  sqs: 'sqs:SendMessage',
  sns: 'sns:Publish',
  events: 'events:PutEvents',
  s3: 's3:PutObject',
}

export function rightsFor(service: TargetService, arn: string, functionName: string): readonly NeededRight[] {
  const call = { action: calls[service], resource: arn }
  if (service !== 's3') return [call]
  return [
    { ...call, resource: `${arn}/${objectFolder(functionName)}` },
    { action: 's3:ListBucket', resource: arn },
  ]
}

/** Where the records of a function's failures lie in a bucket. */
export const objectFolder = (functionName: string): string => `aws/lambda/async/${functionName}/`

/** As AWS names a service to people. */
export const serviceNames: Readonly<Record<TargetService, string>> = {
  lambda: 'Lambda',
  sqs: 'SQS',
  sns: 'SNS',
  events: 'EventBridge',
  s3: 'S3',
}

const callOf = ({ action }: NeededRight) => action.slice(action.indexOf(':') + 1)

export const destinationDenied = (right: NeededRight, arn: string) =>
  invalidParameter(`The function's execution role does not have permissions to call ${callOf(right)} on ${arn}`)

export const deadLettersDenied = (right: NeededRight, service: TargetService) =>
  invalidParameter(
    `The provided execution role does not have permissions to call ${callOf(right)} on ${serviceNames[service]}`,
  )

/** A target that nothing could be delivered to. */
export const targetNotReachable = (service: TargetService) =>
  invalidParameter(
    `lambent cannot reach ${serviceNames[service]}: it has no credentials. Set LAMBENT_AWS_ACCESS_KEY_ID and LAMBENT_AWS_SECRET_ACCESS_KEY, and --${service}-endpoint or --aws-endpoint unless it is to call AWS itself.`,
  )
