import type { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import type { S3Client } from '@aws-sdk/client-s3'
import type { SNSClient } from '@aws-sdk/client-sns'
import type { SQSClient } from '@aws-sdk/client-sqs'

/** Where AWS's other services are, and how to get in. */
export interface AwsOptions {
  readonly region: string
  /** Those that are missing are AWS's own. */
  readonly endpoints: Readonly<Partial<Record<AwsService, string>>>
  /** Undefined: those that every AWS SDK finds. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

interface Clients {
  readonly s3: S3Client
  readonly sqs: SQSClient
  readonly sns: SNSClient
  readonly events: EventBridgeClient
}

export type AwsService = keyof Clients

// Looking for credentials may end in asking a machine that is not there.
const LONGEST_SEARCH_MS = 5_000

/** AWS's own clients, each loaded when it is first needed: the first takes 20 MiB. */
export class AwsClients {
  readonly #options: AwsOptions
  readonly #clients = new Map<string, Promise<Clients[AwsService]>>()

  constructor(options: AwsOptions) {
    this.#options = options
  }

  endpointOf(service: AwsService): string | undefined {
    return this.#options.endpoints[service]
  }

  s3(region = this.#options.region): Promise<S3Client> {
    return this.#client('s3', region, async (options) => {
      const { S3Client } = await import('@aws-sdk/client-s3')
      // What only speaks like S3 has no host name for each bucket.
      return new S3Client({ ...options, forcePathStyle: options.endpoint !== undefined })
    })
  }

  sqs(region: string): Promise<SQSClient> {
    return this.#client('sqs', region, async (options) => {
      const { SQSClient } = await import('@aws-sdk/client-sqs')
      // The URL of a queue names the queue; where it is asked is for the endpoint to say.
      return new SQSClient({ ...options, useQueueUrlAsEndpoint: false })
    })
  }

  sns(region: string): Promise<SNSClient> {
    return this.#client('sns', region, async (options) => {
      const { SNSClient } = await import('@aws-sdk/client-sns')
      return new SNSClient(options)
    })
  }

  events(region: string): Promise<EventBridgeClient> {
    return this.#client('events', region, async (options) => {
      const { EventBridgeClient } = await import('@aws-sdk/client-eventbridge')
      return new EventBridgeClient(options)
    })
  }

  /** Without any, nothing can be sent. */
  async hasCredentials(): Promise<boolean> {
    if (this.#options.credentials) return true
    const { promise: tooLong, resolve } = Promise.withResolvers<undefined>()
    const timer = setTimeout(() => resolve(undefined), LONGEST_SEARCH_MS)
    try {
      const client = await this.sqs(this.#options.region)
      return (await Promise.race([client.config.credentials(), tooLong])) !== undefined
    } catch {
      return false
    } finally {
      clearTimeout(timer)
    }
  }

  close(): void {
    for (const client of this.#clients.values()) client.then((made) => made.destroy()).catch(() => {})
  }

  #client<Service extends AwsService>(
    service: Service,
    region: string,
    make: (options: ClientOptions) => Promise<Clients[Service]>,
  ): Promise<Clients[Service]> {
    const key = `${service} ${region}`
    const known = this.#clients.get(key)
    // The key says what it is.
    if (known) return known as Promise<Clients[Service]>
    const { credentials, endpoints } = this.#options
    const endpoint = endpoints[service]
    const made = make({ region, ...(credentials && { credentials }), ...(endpoint && { endpoint }) })
    this.#clients.set(key, made)
    made.catch(() => this.#clients.delete(key))
    return made
  }
}

interface ClientOptions {
  readonly region: string
  readonly endpoint?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}
