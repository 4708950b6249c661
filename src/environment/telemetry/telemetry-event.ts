import type { Subscription, TelemetryType } from './subscription.ts'

export interface TelemetryEvent {
  readonly category: TelemetryType
  /** ISO 8601. */
  readonly time: string
  readonly type: string
  /** A line of output is a text, whatever is in it. */
  readonly record: object | string
}

/** From this version on a line that is a JSON object is passed on as one. */
const JSON_LINES_SINCE = '2022-12-13'

/** The event as its subscriber wants it; the older API has a schema of its own, in which not all events exist. */
export function encodeEvents(event: TelemetryEvent, { api, schemaVersion }: Subscription, isJson: boolean): string[] {
  if (api === 'logs') return logsOf(event, schemaVersion).map(encode)
  const { record } = event
  const isObject = isJson && schemaVersion >= JSON_LINES_SINCE && typeof record === 'string' && isJsonObject(record)
  return [isObject ? `${encode({ ...event, record: '' }).slice(0, -3)}${record}}` : encode(event)]
}

const encode = ({ time, type, record }: TelemetryEvent) => JSON.stringify({ time, type, record })

function isJsonObject(text: string): boolean {
  if (!text.startsWith('{')) return false
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}

/** The Logs API knows an end instead of `platform.runtimeDone`, or beside it, and none of what Init has to tell. */
function logsOf(event: TelemetryEvent, schemaVersion: string): TelemetryEvent[] {
  if (event.category !== 'platform') return [event]
  const { requestId, status, metrics } = event.record as Record<string, unknown>
  switch (event.type) {
    case 'platform.runtimeDone':
      return schemaVersion === '2020-08-15' ? [] : [{ ...event, record: { requestId, status } }]
    case 'platform.report':
      return [
        { ...event, type: 'platform.end', record: { requestId } },
        { ...event, record: { requestId, metrics } },
      ]
    default:
      return /^platform\.init/.test(event.type) ? [] : [event]
  }
}
