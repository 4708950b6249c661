import {
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamCommandInput,
  type InvokeWithResponseStreamCompleteEvent,
} from '@aws-sdk/client-lambda'
import { lambdaClient } from './clients.ts'
import type { TestServer } from './server.ts'

/** A function whose handler writes to `stream`. */
export const streaming = (body: string, before = '') => ({
  'index.mjs': `${before}
export const handler = awslambda.streamifyResponse(async (event, stream, context) => { ${body} })`,
})

export interface Streamed {
  readonly text: string
  readonly complete: InvokeWithResponseStreamCompleteEvent | undefined
  readonly executedVersion: string | undefined
  readonly contentType: string | undefined
  readonly status: number | undefined
}

/** Opens a stream with a JSON payload. */
export async function openStream(
  server: TestServer,
  FunctionName: string,
  payload: unknown = {},
  input: Partial<InvokeWithResponseStreamCommandInput> = {},
) {
  const command = new InvokeWithResponseStreamCommand({ FunctionName, Payload: JSON.stringify(payload), ...input })
  return lambdaClient(server).send(command)
}

/** Reads it to its end. */
export async function invokeStream(...of: Parameters<typeof openStream>): Promise<Streamed> {
  const { EventStream = [], ...answer } = await openStream(...of)
  const chunks: Uint8Array[] = []
  let complete: InvokeWithResponseStreamCompleteEvent | undefined
  for await (const { PayloadChunk, InvokeComplete } of EventStream) {
    if (PayloadChunk?.Payload) chunks.push(PayloadChunk.Payload)
    complete = InvokeComplete ?? complete
  }
  return {
    text: Buffer.concat(chunks).toString(),
    complete,
    executedVersion: answer.ExecutedVersion,
    contentType: answer.ResponseStreamContentType,
    status: answer.$metadata.httpStatusCode,
  }
}

/** The parts of a stream as text, one by one. */
export async function* partsOf(stream: Awaited<ReturnType<typeof openStream>>): AsyncGenerator<string> {
  for await (const { PayloadChunk } of stream.EventStream ?? [])
    if (PayloadChunk?.Payload) yield Buffer.from(PayloadChunk.Payload).toString()
}
