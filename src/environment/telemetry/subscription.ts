/** What an extension wants to hear, and where. */
export interface Subscription {
  readonly api: TelemetryApi
  readonly schemaVersion: string
  readonly types: readonly TelemetryType[]
  readonly buffering: Buffering
  readonly destination: Destination
}

export type TelemetryApi = 'telemetry' | 'logs'
export type TelemetryType = 'platform' | 'function' | 'extension'

/** A batch goes out when the first of these is reached. */
export interface Buffering {
  readonly maxItems: number
  readonly maxBytes: number
  readonly timeoutMs: number
}

/** Always in the environment itself. */
export type Destination =
  | { readonly protocol: 'HTTP'; readonly host: string; readonly port: number; readonly path: string }
  | { readonly protocol: 'TCP'; readonly port: number }

const SCHEMA_VERSIONS: Readonly<Record<TelemetryApi, readonly string[]>> = {
  telemetry: ['2022-07-01', '2022-12-13', '2025-01-29'],
  logs: ['2020-08-15', '2021-03-18'],
}
const TYPES: readonly string[] = ['platform', 'function', 'extension'] satisfies TelemetryType[]
const HOSTS = ['sandbox', 'sandbox.localdomain']
/** The Runtime API's own. */
const RESERVED_PORT = 9001
/** Least, most and usual values. */
const BUFFERING: Readonly<Record<keyof Buffering, readonly [number, number, number]>> = {
  maxItems: [1000, 10_000, 10_000],
  maxBytes: [262_144, 1_048_576, 262_144],
  timeoutMs: [25, 30_000, 1000],
}

/** The subscription, or all that is wrong with the request, a clause each. */
export function parseSubscription(api: TelemetryApi, body: string): Subscription | readonly string[] {
  const request = parseObject(body)
  if (request === undefined) return ['request body is not a JSON object']
  const faults: string[] = []
  const expect = (isRight: boolean, fault: string) => {
    if (!isRight) faults.push(fault)
  }

  const versions = SCHEMA_VERSIONS[api]
  // The first users of the Logs API did not have to name one.
  const { schemaVersion = api === 'logs' ? versions[0] : undefined, types = [] } = request
  expect(versions.includes(schemaVersion as string), `schemaVersion should be one of [${versions.join(', ')}]`)

  const destination = parseDestination(request.destination, expect)

  const buffering = { maxItems: 0, maxBytes: 0, timeoutMs: 0 }
  for (const [name, [least, most, usual]] of Object.entries(BUFFERING)) {
    const value = (request.buffering as Record<string, unknown> | undefined)?.[name] ?? usual
    const isRight = Number.isInteger(value) && Number(value) >= least && Number(value) <= most
    expect(isRight, `${name} should be between ${least} and ${most}`)
    buffering[name as keyof Buffering] = Number(value)
  }

  const isList = Array.isArray(types)
  expect(isList && types.every((type) => TYPES.includes(type)), `types should be among [${TYPES.join(', ')}]`)
  expect(!isList || types.length > 0, 'types should not be empty')

  if (faults.length > 0 || destination === undefined) return faults
  return { api, schemaVersion: schemaVersion as string, types: types as TelemetryType[], buffering, destination }
}

function parseDestination(
  destination: unknown,
  expect: (isRight: boolean, fault: string) => void,
): Destination | undefined {
  const { protocol, URI, port } = (destination ?? {}) as Record<string, unknown>
  if (protocol === 'TCP') {
    expect(Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536, 'port is not valid')
    expect(port !== RESERVED_PORT, `port ${RESERVED_PORT} is reserved`)
    return { protocol, port: Number(port) }
  }
  expect(protocol === 'HTTP', 'protocol should be one of [HTTP, TCP]')
  const url = typeof URI === 'string' ? URL.parse(URI) : null
  if (url === null || url.protocol !== 'http:') {
    expect(false, 'URI is not valid')
    return undefined
  }
  expect(HOSTS.includes(url.hostname), `URI host should be one of [${HOSTS.join(', ')}]`)
  expect(url.port !== '', 'URI port is not provided')
  expect(url.port !== String(RESERVED_PORT), `URI port ${RESERVED_PORT} is reserved`)
  return { protocol: 'HTTP', host: url.host, port: Number(url.port), path: `${url.pathname}${url.search}` }
}

function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
