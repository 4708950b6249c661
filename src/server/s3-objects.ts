import { addAbortSignal, Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import type { Log } from '#base'
import type { ObjectSource, S3Failure, S3Object } from '#operations'

/** Where S3 is and how to get in. */
export interface S3Options {
  readonly region: string
  /** Undefined: AWS's own of the region. */
  readonly endpoint?: string
  /** Undefined: those that every AWS SDK finds. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

// Not a byte for this long: nobody is there.
const SILENCE_MS = 10_000
// Whoever asks us waits a minute for an answer.
const LONGEST_MS = 50_000
// All objects that are being read at one time; beyond it the host's memory would be the limit.
const MAX_BUFFERED_BYTES = 1_073_741_824

const noAnswer: S3Failure = { code: 'RequestTimeout', message: 'S3 did not answer in time.', isDenied: false }
const tooBusy: S3Failure = { code: 'SlowDown', message: 'Please reduce your request rate.', isDenied: false }

/** S3 through AWS's own client, which is loaded when it is first needed: it takes 20 MiB. */
export class S3Objects implements ObjectSource {
  readonly #options: S3Options
  readonly #log: Log
  #client: Promise<S3Client> | undefined
  #bufferedBytes = 0

  constructor(options: S3Options, log: Log) {
    this.#options = options
    this.#log = log
  }

  async read(object: S3Object, limitBytes: number): Promise<Buffer | 'too-large' | S3Failure> {
    const silence = new AbortController()
    const timer = setTimeout(() => silence.abort(), SILENCE_MS)
    const signal = AbortSignal.any([silence.signal, AbortSignal.timeout(LONGEST_MS)])
    try {
      const body = await this.#open(object, signal)
      return await this.#readAll(body, limitBytes, () => timer.refresh())
    } catch (cause) {
      this.#log.warn('an object could not be read from S3', { ...object, cause })
      return signal.aborted ? noAnswer : failureOf(cause)
    } finally {
      clearTimeout(timer)
    }
  }

  close(): void {
    this.#client?.then((client) => client.destroy()).catch(() => {})
  }

  async #open({ bucket, key, version }: S3Object, signal: AbortSignal): Promise<Readable> {
    const { GetObjectCommand } = await import('@aws-sdk/client-s3')
    const client = await this.#connect()
    const request = new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: version })
    const { Body } = await orAborted(client.send(request, { abortSignal: signal }), signal)
    return addAbortSignal(signal, Body instanceof Readable ? Body : Readable.from([]))
  }

  async #readAll(body: Readable, limitBytes: number, onBytes: () => void) {
    const chunks: Buffer[] = []
    let size = 0
    try {
      for await (const chunk of body) {
        onBytes()
        chunks.push(chunk)
        size += chunk.length
        this.#bufferedBytes += chunk.length
        if (size > limitBytes) return 'too-large'
        if (this.#bufferedBytes > MAX_BUFFERED_BYTES) return tooBusy
      }
      return Buffer.concat(chunks, size)
    } finally {
      this.#bufferedBytes -= size
    }
  }

  #connect(): Promise<S3Client> {
    const { endpoint, ...options } = this.#options
    this.#client ??= import('@aws-sdk/client-s3').then(
      // What only speaks like S3 has no host name for each bucket.
      ({ S3Client }) => new S3Client({ ...options, ...(endpoint && { endpoint, forcePathStyle: true }) }),
    )
    return this.#client
  }
}

/** Also while the client still looks for credentials, which it does not give up. */
function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    work.then(resolve, reject)
  })
}

/** S3's own words, where there are any. */
function failureOf(cause: unknown): S3Failure {
  const { name, code, message, $metadata } = cause as Error & {
    readonly code?: string
    readonly $metadata?: { readonly httpStatusCode?: number }
  }
  const status = $metadata?.httpStatusCode
  const isSaid = status !== undefined && !NOTHING_SAID.test(message)
  return {
    code: code ?? (NO_NAME.has(name) ? 'InternalError' : name),
    message: isSaid || status === undefined ? message : `S3 answered with the status ${status}.`,
    isDenied: status === 403,
  }
}

/** What AWS's client says about an answer without a document of S3's. */
const NOTHING_SAID = /^UnknownError$|Deserialization error/
const NO_NAME = new Set(['Error', 'Unknown', 'UnknownError', 'TypeError', 'SyntaxError'])
