import { parseJsonBytes } from '#base'
import type { FunctionAnswer } from './event.ts'
import { type Place, qualifiedArn } from './function-name.ts'
import type { OutboxMessage } from './outbox-message.ts'
import { objectFolder } from './target.ts'

/** What destinations get: AWS's record of an invocation, its members in AWS's order. Payloads go in as they came. */
export function invocationRecord(place: Place, { event, end }: Pick<OutboxMessage, 'event' | 'end'>): Buffer {
  const head = JSON.stringify({
    version: '1.0',
    timestamp: new Date(end.endedMs).toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn: qualifiedArn(place, event),
      condition: end.condition,
      approximateInvokeCount: end.attempts,
    },
  })
  const parts = [beforeEnd(head), ',"requestPayload":', event.payload, ...answerParts(end.condition, end.answer), '}']
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
}

/** Nothing when the function never ran. */
function answerParts(condition: string, answer: FunctionAnswer | undefined): readonly (string | Buffer)[] {
  if (!answer) return []
  const context = {
    statusCode: 200,
    executedVersion: answer.executedVersion,
    ...(condition !== 'Success' && { functionError: 'Unhandled' }),
  }
  return [`,"responseContext":${JSON.stringify(context)},"responsePayload":`, asJson(answer.payload)]
}

/** A function may answer what is no JSON: then the text is the payload. */
const asJson = (payload: Buffer) => ('value' in parseJsonBytes(payload) ? payload : JSON.stringify(String(payload)))

const beforeEnd = (json: string) => json.slice(0, -1)

// AWS cuts the message of the error.
const ERROR_MESSAGE_LIMIT = 1024

/** Why the event lies in a dead-letter queue, as message attributes. */
export function deadLetterAttributes({ event, end }: Pick<OutboxMessage, 'event' | 'end'>) {
  const { code, message } = errorOf(end.answer)
  return {
    RequestID: { DataType: 'String', StringValue: event.requestId },
    ErrorCode: { DataType: 'Number', StringValue: code },
    ErrorMessage: { DataType: 'String', StringValue: cut(message) },
  }
}

/** Without an answer the function never had room to run. */
function errorOf(answer: FunctionAnswer | undefined): { readonly code: string; readonly message: string } {
  if (!answer) return { code: '429', message: 'Rate Exceeded.' }
  const parsed = parseJsonBytes(answer.payload)
  const { errorMessage } = ('value' in parsed && parsed.value ? parsed.value : {}) as {
    readonly errorMessage?: unknown
  }
  return { code: '200', message: typeof errorMessage === 'string' ? errorMessage : String(answer.payload) }
}

/** To whole characters. An attribute must not be empty. */
function cut(text: string): string {
  const bytes = Buffer.from(text === '' ? ' ' : text)
  if (bytes.length <= ERROR_MESSAGE_LIMIT) return bytes.toString()
  return new TextDecoder().decode(bytes.subarray(0, ERROR_MESSAGE_LIMIT), { stream: true })
}

/** The key of the object that keeps the record of a failure: by the time of the end. */
export function recordKey({ event, end, uuid }: Pick<OutboxMessage, 'event' | 'end' | 'uuid'>): string {
  const [day = '', time = ''] = new Date(end.endedMs).toISOString().slice(0, 19).split('T')
  return `${objectFolder(event.functionName)}${day.replaceAll('-', '/')}/${day}T${time.replaceAll(':', '.')}-${uuid}`
}

/** The members of an event for EventBridge, but for the bus. */
export function busEvent(place: Place, message: OutboxMessage) {
  const result = message.end.condition === 'Success' ? 'Success' : 'Failure'
  return {
    // AWS's own is `lambda`; no other than AWS may use sources that begin with `aws.`.
    Source: 'lambda',
    DetailType: `Lambda Function Invocation Result - ${result}`,
    Resources: [message.target, qualifiedArn(place, message.event)],
    Detail: invocationRecord(place, message).toString(),
  }
}
