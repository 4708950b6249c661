import { addAbortSignal, Readable } from 'node:stream'
import type { Log } from '#base'
import type { ObjectSource, S3Failure, S3Object } from '#operations'
import type { AwsClients } from './aws-clients.ts'

// Not a byte for this long: nobody is there.
const SILENCE_MS = 10_000
// Whoever asks us waits a minute for an answer.
const LONGEST_MS = 50_000
// All objects that are being read at one time; beyond it the host's memory would be the limit.
const MAX_BUFFERED_BYTES = 1_073_741_824

const noAnswer: S3Failure = { code: 'RequestTimeout', message: 'S3 did not answer in time.', isDenied: false }
const tooBusy: S3Failure = { code: 'SlowDown', message: 'Please reduce your request rate.', isDenied: false }

/** S3 through AWS's own client. */
export class S3Objects implements ObjectSource {
  readonly #clients: AwsClients
  readonly #log: Log
  #bufferedBytes = 0

  constructor(clients: AwsClients, log: Log) {
    this.#clients = clients
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

  async #open({ bucket, key, version }: S3Object, signal: AbortSignal): Promise<Readable> {
    const { GetObjectCommand } = await import('@aws-sdk/client-s3')
    const client = await this.#clients.s3()
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
