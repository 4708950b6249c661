import { ACCEPTED, httpResponse, type Refusal, refusalOf, stateError } from '../runtime-api/http-response.ts'
import type { RequestHead } from '../runtime-api/request-reader.ts'
import type { LateReceiver, OtherApi } from '../runtime-api/session.ts'
import type { TelemetryApi } from '../telemetry/subscription.ts'
import type { Extension, ExtensionEvent } from './extension.ts'
import { type Extensions, MOST_EXTENSIONS } from './extensions.ts'

/** What an extension learns of the function that it serves. */
export interface FunctionDetails {
  readonly functionName: string
  readonly functionVersion: string
  readonly handler: string
  readonly accountId: string
}

/** Takes the subscription of the extension to telemetry; returns the response. */
export type Subscribe = (extensionName: string, api: TelemetryApi, body: string) => string

const EXTENSION = '/2020-01-01/extension/'
const TELEMETRY: Readonly<Record<string, TelemetryApi>> = {
  'PUT /2022-07-01/telemetry': 'telemetry',
  'PUT /2020-08-15/logs': 'logs',
}
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i

/** The Extensions API, and the way to the Telemetry API. */
export function createExtensionsApi(extensions: Extensions, details: FunctionDetails, subscribe: Subscribe): OtherApi {
  function register(head: RequestHead, body: string): string {
    const name = head.header('lambda-extension-name')
    if (!name) return refuse('Extension.InvalidExtensionName', 'Empty extension name')
    const events = parseEvents(body)
    if (!events.isValid) return refuse('InvalidRequestFormat', events.fault)
    const known = extensions.named(name)
    const fault = faultOfEvents(events.list, known?.isExternal === true)
    if (fault !== undefined) return refuse('Extension.InvalidEventType', fault)
    const refusal = known?.isExternal ? undefined : refuseInternal(known !== undefined)
    if (refusal !== undefined) return refusal
    const extension = known ?? extensions.addInternal(name)
    if (!extension.register(events.list as ExtensionEvent[])) return invalidState(extension, 'Registered', name)
    extensions.changed()
    return registered(extension, head)
  }

  function faultOfEvents(events: readonly string[], isExternal: boolean): string | undefined {
    const allowed = [...(extensions.hearsInvocations ? ['INVOKE'] : []), ...(isExternal ? ['SHUTDOWN'] : [])]
    const wrong = events.find((event) => !allowed.includes(event))
    if (wrong === undefined) return undefined
    return allowed.length === 0 ? 'No events allowed for internal extensions' : `${wrong}: ${faultOf(wrong)}`
  }

  function refuseInternal(isKnown: boolean): string | undefined {
    if (!extensions.isOpen) return refuse('Extension.RegistrationClosed', 'Extension registration closed already')
    if (extensions.isFull) return refuse('Extension.TooManyExtensions', `Extension limit (${MOST_EXTENSIONS}) reached`)
    return isKnown
      ? refuse('Extension.InvalidExtensionState', 'Extension with this name already registered')
      : undefined
  }

  function registered({ identifier }: Extension, head: RequestHead): string {
    const { accountId, ...rest } = details
    const features = head.header('lambda-extension-accept-feature')?.split(',') ?? []
    const isWanted = features.some((feature) => feature.trim() === 'accountId')
    const body = JSON.stringify(isWanted ? { ...rest, accountId } : rest)
    return httpResponse('200 OK', 'application/json', body, `Lambda-Extension-Identifier: ${identifier}\r\n`)
  }

  function next(extension: Extension, waiter: LateReceiver): string {
    if (!extension.next(waiter)) return invalidState(extension, 'Ready')
    extensions.changed()
    return ''
  }

  function fail(extension: Extension, head: RequestHead, action: 'init' | 'exit'): string {
    const errorType = head.header(ERROR_TYPE.toLowerCase())
    if (!errorType) return refuse('Extension.MissingHeader', `${ERROR_TYPE} not found`)
    const isAllowed = action === 'init' ? extension.initError(errorType) : extension.exitError(errorType)
    if (!isAllowed) return invalidState(extension, action === 'init' ? 'InitError' : 'ExitError')
    extensions.fatalErrorType ??= action === 'init' ? 'Extension.InitError' : 'Extension.ExitError'
    extensions.changed()
    return ACCEPTED
  }

  /** Undefined for paths that are not of these APIs. */
  function answer(head: RequestHead, body: Buffer | undefined, waiter: LateReceiver): string | undefined {
    const { method, path } = head
    const api = TELEMETRY[`${method} ${path}`]
    if (api === undefined && !path.startsWith(EXTENSION)) return undefined
    const request = api ?? `${method} ${path.slice(EXTENSION.length)}`
    if (request === 'POST register') return register(head, String(body ?? ''))
    if (!IDENTIFIED.has(request)) return undefined
    const identifier = head.header('lambda-extension-identifier')
    if (!identifier) return refuse('Extension.MissingExtensionIdentifier', 'Missing Lambda-Extension-Identifier header')
    if (!UUID.test(identifier))
      return refuse('Extension.InvalidExtensionIdentifier', 'Invalid Lambda-Extension-Identifier')
    const extension = extensions.identified(identifier)
    if (extension === undefined) return refuse('Extension.UnknownExtensionIdentifier', unknown(request, identifier))
    if (api !== undefined) return subscribe(extension.name, api, String(body ?? ''))
    return request === 'GET event/next'
      ? next(extension, waiter)
      : fail(extension, head, request === 'POST init/error' ? 'init' : 'exit')
  }

  return { answer, abandon: (waiter) => extensions.abandon(waiter) }
}

const ERROR_TYPE = 'Lambda-Extension-Function-Error-Type'
const IDENTIFIED = new Set(['GET event/next', 'POST init/error', 'POST exit/error', ...Object.values(TELEMETRY)])

const unknown = (request: string, identifier: string) =>
  request.endsWith('/error') ? 'Unknown Lambda-Extension-Identifier' : `Unknown extension ${identifier}`

const faultOf = (event: string) =>
  event === 'SHUTDOWN' ? 'ShutdownEventNotSupportedForInternalExtension' : 'ErrorInvalidEventType'

const invalidState = ({ state, identifier }: Extension, to: string, name = identifier) =>
  refuse('Extension.InvalidExtensionState', stateError(state, to, `extension ${name}`))

const refuse = (errorType: string, errorMessage: string) =>
  refusalOf({ status: 403, errorType, errorMessage } satisfies Refusal)

type Events = { readonly isValid: true; readonly list: string[] } | { readonly isValid: false; readonly fault: string }

function parseEvents(body: string): Events {
  try {
    const { events = [] } = JSON.parse(body) ?? {}
    if (Array.isArray(events) && events.every((event) => typeof event === 'string'))
      return { isValid: true, list: [...new Set(events)] }
    return { isValid: false, fault: 'events is not a list of texts' }
  } catch (error) {
    return { isValid: false, fault: error instanceof Error ? error.message : String(error) }
  }
}
