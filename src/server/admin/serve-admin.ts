import { authenticate, type Caller } from '#auth'
import { newUuid } from '#base'
import { ApiError, accessDeniedException } from '#model'
import { encodeRestError, type HttpRequest, type HttpResponse } from '#protocol'
import { asApiError } from '../as-api-error.ts'
import type { Running } from '../running.ts'
import { answerAboutEvents } from './events.ts'

const PREFIX = '/_lambent/'

export const isAdminRequest = ({ rawPath }: HttpRequest): boolean => rawPath.startsWith(PREFIX)

/** What an account's root user may ask of this server that AWS has no API for. Signed like a call of Lambda's. */
export async function serveAdmin(request: HttpRequest, running: Running): Promise<HttpResponse> {
  const requestId = newUuid()
  try {
    const { account } = await expectRoot(request, running)
    const path = request.rawPath.slice(PREFIX.length).split('/')
    const query = new URLSearchParams(request.rawQuery)
    const answer = await answerAboutEvents({ method: request.method, path, query, account }, running)
    if (!answer) throw new ApiError('ResourceNotFoundException', 404, { Message: 'There is no such thing.' })
    return { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(answer) }
  } catch (error) {
    return encodeRestError(asApiError(error, { requestId, operation: request.rawPath }, running.log))
  }
}

async function expectRoot(request: HttpRequest, running: Running): Promise<Caller> {
  const expected = { region: running.place.region, service: 'lambda' }
  const options = running.isEnforced
    ? ({ mode: 'iam', secure: request.secure } as const)
    : ({ mode: 'none', caller: running.directory.root } as const)
  const caller = await authenticate(request, expected, running.clock, running.lookUpIdentity, options)
  if (caller.kind !== 'root') throw accessDeniedException('Only the root user of an account may do this.')
  return caller
}
