import { Undeliverable } from '#invocation'
import {
  busEvent,
  deadLetterAttributes,
  invocationRecord,
  type OutboxMessage,
  type Place,
  recordKey,
  type TargetService,
  targetServiceOf,
} from '#resources'
import type { AwsClients } from './aws-clients.ts'

type Send = (message: OutboxMessage, abortSignal: AbortSignal) => Promise<void>

/** Delivers messages to AWS's other services, or to what speaks like them, in AWS's forms. */
export class AwsTargets {
  readonly #clients: AwsClients
  readonly #place: Place
  readonly #senders: Readonly<Record<Exclude<TargetService, 'lambda'>, Send>> = {
    sqs: (message, signal) => this.#sendToQueue(message, signal),
    sns: (message, signal) => this.#publish(message, signal),
    events: (message, signal) => this.#putEvent(message, signal),
    s3: (message, signal) => this.#putObject(message, signal),
  }

  constructor(clients: AwsClients, place: Place) {
    this.#clients = clients
    this.#place = place
  }

  async isReachable(service: TargetService): Promise<boolean> {
    return service === 'lambda' || this.#clients.hasCredentials()
  }

  async send(message: OutboxMessage, signal: AbortSignal): Promise<void> {
    const service = targetServiceOf(message.target)
    if (service === undefined || service === 'lambda') throw new Undeliverable('It is not for another service.')
    try {
      await this.#senders[service](message, signal)
    } catch (error) {
      throw isAboutContent(error) ? new Undeliverable(`${error.name}: ${error.message}`, { cause: error }) : error
    }
  }

  async #sendToQueue(message: OutboxMessage, abortSignal: AbortSignal): Promise<void> {
    const { SendMessageCommand } = await import('@aws-sdk/client-sqs')
    const { region, account, name } = partsOf(message.target)
    const client = await this.#clients.sqs(region)
    const endpoint = this.#clients.endpointOf('sqs') ?? `https://sqs.${region}.${domainOf(this.#place)}`
    const command = new SendMessageCommand({
      QueueUrl: `${endpoint.replace(/\/$/, '')}/${account}/${name}`,
      MessageBody: this.#bodyOf(message),
      MessageSystemAttributes: {
        AWSTraceHeader: { DataType: 'String', StringValue: message.event.traceHeader },
      },
      ...attributesOf(message),
    })
    await client.send(command, { abortSignal })
  }

  async #publish(message: OutboxMessage, abortSignal: AbortSignal): Promise<void> {
    const { PublishCommand } = await import('@aws-sdk/client-sns')
    const client = await this.#clients.sns(partsOf(message.target).region)
    const command = new PublishCommand({
      TopicArn: message.target,
      Message: this.#bodyOf(message),
      ...attributesOf(message),
    })
    await client.send(command, { abortSignal })
  }

  async #putEvent(message: OutboxMessage, abortSignal: AbortSignal): Promise<void> {
    const { PutEventsCommand } = await import('@aws-sdk/client-eventbridge')
    const client = await this.#clients.events(partsOf(message.target).region)
    const entry = { ...busEvent(this.#place, message), EventBusName: message.target }
    const command = new PutEventsCommand({ Entries: [{ ...entry, TraceHeader: message.event.traceHeader }] })
    const { Entries = [] } = await client.send(command, { abortSignal })
    const refused = Entries.find(({ ErrorCode }) => ErrorCode !== undefined)
    if (refused) throw Object.assign(new Error(refused.ErrorMessage), { name: refused.ErrorCode })
  }

  async #putObject(message: OutboxMessage, abortSignal: AbortSignal): Promise<void> {
    const { PutObjectCommand } = await import('@aws-sdk/client-s3')
    const client = await this.#clients.s3()
    const command = new PutObjectCommand({
      Bucket: partsOf(message.target).name,
      Key: recordKey(message),
      Body: invocationRecord(this.#place, message),
      ContentType: 'application/json',
    })
    await client.send(command, { abortSignal })
  }

  /** A dead-letter queue gets the event as it came. */
  #bodyOf(message: OutboxMessage): string {
    const bytes = message.kind === 'dead-letter' ? message.event.payload : invocationRecord(this.#place, message)
    return bytes.toString()
  }
}

const attributesOf = (message: OutboxMessage) =>
  message.kind === 'dead-letter' ? { MessageAttributes: deadLetterAttributes(message) } : {}

function partsOf(arn: string) {
  const [, , , region = '', account = '', name = ''] = arn.split(':')
  return { region, account, name }
}

const domainOf = ({ partition }: Place) => (partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com')

/** What the services call a message that they will never take: too large, or of characters that they do not carry. */
const ABOUT_CONTENT =
  /^(InvalidMessageContents|MessageTooLong|InvalidParameterValue|InvalidParameter(Exception)?|EntityTooLarge|RequestEntityTooLarge\w*|PayloadTooLarge\w*|ValidationException|MalformedDetail)$/

const isAboutContent = (error: unknown): error is Error =>
  error instanceof Error && (ABOUT_CONTENT.test(error.name) || statusOf(error) === 413)

const statusOf = (error: Error) =>
  (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode
