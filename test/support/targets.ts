import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge'
import { PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { executionRole, iamClient, policy } from './clients.ts'
import { poll } from './poll.ts'
import { REGION, type TestServer } from './server.ts'

/** The account that moto keeps everything in. */
const MOTO_ACCOUNT = '123456789012'

export const motoKeys = { LAMBENT_AWS_ACCESS_KEY_ID: 'testing', LAMBENT_AWS_SECRET_ACCESS_KEY: 'testing' }

/** What events and records are delivered to, and how to see what has arrived. */
export function targetsAt(endpoint: string) {
  const settings = { endpoint, region: REGION, credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' } }
  const sqs = new SQSClient(settings)
  const sns = new SNSClient(settings)
  const events = new EventBridgeClient(settings)
  const s3 = new S3Client({ ...settings, forcePathStyle: true })
  const arnOf = (service: string, name: string) => `arn:aws:${service}:${REGION}:${MOTO_ACCOUNT}:${name}`
  const queueArn = (name: string) => arnOf('sqs', name)

  async function createQueue(QueueName: string): Promise<string> {
    await sqs.send(new CreateQueueCommand({ QueueName }))
    return queueArn(QueueName)
  }

  return {
    queueArn,
    createQueue,

    /** The next message of the queue. */
    receive: (name: string): Promise<Message> =>
      poll(async () => {
        const QueueUrl = `${endpoint}/${MOTO_ACCOUNT}/${name}`
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MessageAttributeNames: ['All'],
            MessageSystemAttributeNames: ['All'],
          }),
        )
        const [message] = Messages
        if (message) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }))
        return message
      }),

    /** All messages that the queue holds, each once. */
    async drain(name: string): Promise<readonly Message[]> {
      const input = { QueueUrl: `${endpoint}/${MOTO_ACCOUNT}/${name}`, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }
      const all: Message[] = []
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ ...input, MessageSystemAttributeNames: ['SentTimestamp'] }),
        )
        if (Messages.length === 0) return all
        all.push(...Messages)
      }
    },

    /** A topic that hands on to a queue of the same name. */
    async createTopic(Name: string): Promise<string> {
      const Endpoint = await createQueue(Name)
      const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name }))
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }))
      return TopicArn
    },

    /** A bus that hands on to a queue of the same name. */
    async createBus(Name: string): Promise<string> {
      const Arn = await createQueue(Name)
      await events.send(new CreateEventBusCommand({ Name }))
      const rule = { EventBusName: Name, Name: 'all' }
      await events.send(new PutRuleCommand({ ...rule, EventPattern: JSON.stringify({ source: ['lambda'] }) }))
      await events.send(new PutTargetsCommand({ EventBusName: Name, Rule: 'all', Targets: [{ Id: '1', Arn }] }))
      return arnOf('events', `event-bus/${Name}`)
    },

    async createBucket(Bucket: string): Promise<string> {
      await s3.send(new CreateBucketCommand({ Bucket }))
      return `arn:aws:s3:::${Bucket}`
    },

    /** The first object of the bucket. */
    firstObject: (Bucket: string): Promise<{ readonly key: string; readonly text: string }> =>
      poll(async () => {
        const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }))
        const [Key] = Contents.map((object) => object.Key)
        if (Key === undefined) return undefined
        const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
        return { key: Key, text: (await Body?.transformToString()) ?? '' }
      }),
  }
}

export type Targets = ReturnType<typeof targetsAt>

/** An execution role that may do this everywhere; nothing by default. */
export async function roleThatMay(server: TestServer, RoleName: string, ...Action: readonly string[]): Promise<string> {
  const arn = await executionRole(server, RoleName)
  await allowRole(server, RoleName, ...Action)
  return arn
}

export async function allowRole(server: TestServer, RoleName: string, ...Action: readonly string[]): Promise<void> {
  // A policy must say something.
  const statement = { Effect: 'Allow', Action: ['logs:PutLogEvents', ...Action], Resource: '*' }
  await iamClient(server).send(
    new PutRolePolicyCommand({ RoleName, PolicyName: 'all', PolicyDocument: policy(statement) }),
  )
}
