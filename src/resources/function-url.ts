import { randomText } from '#base'
import type { lambda } from '#model'
import { LATEST } from './function.ts'
import { functionArn, type Place } from './function-name.ts'
import type { FunctionSetting } from './function-setting.ts'

export type UrlAuthType = 'NONE' | 'AWS_IAM'

export type InvokeMode = 'BUFFERED' | 'RESPONSE_STREAM'

/** An address on the web at which `$LATEST` or an alias answers. */
export interface FunctionUrl extends FunctionSetting {
  /** The first label of the host, unlike any other. */
  readonly urlId: string
  readonly authType: UrlAuthType
  readonly cors?: lambda.Cors
  /** As given: AWS shows it at the creation only then. */
  readonly invokeMode?: InvokeMode
  readonly createdMs: number
  readonly lastModifiedMs: number
}

const ID_LENGTH = 32
const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'

export function newFunctionUrl(
  of: FunctionSetting,
  { AuthType, Cors, InvokeMode }: lambda.CreateFunctionUrlConfigRequest,
  nowMs: number,
): FunctionUrl {
  return {
    ...of,
    urlId: randomText(ID_LENGTH, ID_ALPHABET),
    authType: AuthType as UrlAuthType,
    ...withCors(Cors),
    ...(InvokeMode !== undefined && { invokeMode: InvokeMode as InvokeMode }),
    createdMs: nowMs,
    lastModifiedMs: nowMs,
  }
}

/** The URL after an update: members left out stay as they are, Cors is replaced as a whole. */
export function updateFunctionUrl(
  { cors, ...current }: FunctionUrl,
  { AuthType, Cors, InvokeMode }: lambda.UpdateFunctionUrlConfigRequest,
  nowMs: number,
): FunctionUrl {
  return {
    ...current,
    ...(AuthType !== undefined && { authType: AuthType as UrlAuthType }),
    ...withCors(Cors ?? cors),
    ...(InvokeMode !== undefined && { invokeMode: InvokeMode as InvokeMode }),
    lastModifiedMs: nowMs,
  }
}

/** Empty rules are none. */
const withCors = (cors: lambda.Cors | undefined) => (cors && Object.keys(cors).length > 0 ? { cors } : {})

export function describeFunctionUrl(place: Place, url: FunctionUrl): lambda.GetFunctionUrlConfigResponse {
  return { ...describeChangedFunctionUrl(place, url), InvokeMode: url.invokeMode ?? 'BUFFERED' }
}

/** An update answers with the mode only when it was ever given. */
export function describeChangedFunctionUrl(place: Place, url: FunctionUrl): lambda.UpdateFunctionUrlConfigResponse {
  return {
    ...describeNewFunctionUrl(place, url),
    LastModifiedTime: new Date(url.lastModifiedMs).toISOString(),
  }
}

/** Right after the creation AWS shows less. */
export function describeNewFunctionUrl(place: Place, url: FunctionUrl): lambda.CreateFunctionUrlConfigResponse {
  return {
    FunctionUrl: `https://${url.urlId}.lambda-url.${place.region}.on.aws/`,
    FunctionArn: urlFunctionArn(place, url),
    AuthType: url.authType,
    Cors: url.cors,
    CreationTime: new Date(url.createdMs).toISOString(),
    InvokeMode: url.invokeMode,
  }
}

/** That of the function, or of the alias. */
export function urlFunctionArn(place: Place, { qualifier, ...of }: FunctionSetting): string {
  return functionArn(place, { ...of, ...(qualifier !== LATEST && { qualifier }) })
}
