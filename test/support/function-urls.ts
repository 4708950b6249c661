import { CreateFunctionUrlConfigCommand, type CreateFunctionUrlConfigCommandInput } from '@aws-sdk/client-lambda'
import { signRequest } from '#auth'
import { lambdaClient } from './clients.ts'
import { type RawAnswer, type RawRequest, sendRaw } from './raw.ts'
import type { Credentials, TestServer } from './server.ts'

/** Gives a function a URL; returns its host as clients on the same machine reach it. */
export async function createUrl(
  server: TestServer,
  input: Omit<CreateFunctionUrlConfigCommandInput, 'AuthType'> & Partial<CreateFunctionUrlConfigCommandInput>,
): Promise<string> {
  const { FunctionUrl = '' } = await lambdaClient(server).send(
    new CreateFunctionUrlConfigCommand({ AuthType: 'NONE', ...input }),
  )
  return `${new URL(FunctionUrl).host.replace('.on.aws', '.localhost')}:${new URL(server.url).port}`
}

/** Sends a request to the URL with this host, without a signature. */
export const sendToUrl = (server: TestServer, host: string, raw: Partial<RawRequest> = {}): Promise<RawAnswer> =>
  sendRaw(server, { method: 'GET', path: '/', ...raw, headers: { ...raw.headers, host } })

/** Signs it as clients of URLs do, for the service `lambda`. */
export function sendSignedToUrl(
  server: TestServer,
  host: string,
  credentials: Credentials,
  raw: Partial<RawRequest> = {},
): Promise<RawAnswer> {
  const { method = 'GET', path = '/' } = raw
  const [rawPath = '/', rawQuery = ''] = path.split('?')
  const body = Buffer.from(raw.body ?? '')
  const request = { method, rawPath, rawQuery, headers: { ...raw.headers, host }, body }
  const signed = signRequest(request, credentials, { region: server.region, service: 'lambda' }, Date.now())
  return sendRaw(server, { method, path, headers: signed, body })
}
