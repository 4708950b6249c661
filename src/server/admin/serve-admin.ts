import { newUuid } from '#base'
import { ApiError, accessDeniedException } from '#model'
import { encodeRestError, type HttpRequest, type HttpResponse } from '#protocol'
import { asApiError } from '../as-api-error.ts'
import { type Audited, recordOfChange, recordOfDenial } from '../audit/audit-record.ts'
import { authenticateCaller } from '../authenticate-caller.ts'
import type { Running } from '../running.ts'
import { answerAboutEvents } from './events.ts'
import { answerAboutRuntimes } from './runtimes.ts'

const PREFIX = '/_lambent/'

export const isAdminRequest = ({ rawPath }: HttpRequest): boolean => rawPath.startsWith(PREFIX)

/** What an account's root user may ask of this server that AWS has no API for. Signed like a call of Lambda's. */
export async function serveAdmin(request: HttpRequest, running: Running): Promise<HttpResponse> {
  const { method, rawPath } = request
  const requestId = newUuid()
  const path = rawPath.slice(PREFIX.length).split('/')
  const audited: Audited = { request, requestId, operation: `lambent:${method} ${path[0]}` }
  try {
    const caller = await authenticateCaller(request, 'lambda', running)
    audited.caller = caller
    if (caller.kind !== 'root') throw accessDeniedException('Only the root user of an account may do this.')
    const query = new URLSearchParams(request.rawQuery)
    expectAccount(query.get('account'), caller.account)
    const asked = { method, path, query, account: caller.account }
    const answer = (await answerAboutEvents(asked, running)) ?? (await answerAboutRuntimes(asked, running))
    if (!answer) throw new ApiError('ResourceNotFoundException', 404, { Message: 'There is no such thing.' })
    if (method !== 'GET') running.audit.append(recordOfChange(audited))
    return { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(answer) }
  } catch (error) {
    const refusal = asApiError(error, { requestId, operation: audited.operation }, running.log)
    const denial = recordOfDenial(audited, refusal)
    if (denial) running.audit.append(denial)
    return encodeRestError(refusal)
  }
}

/** With `--auth none` everybody is root of the server's own account, whichever key has signed. */
function expectAccount(wanted: string | null, account: string): void {
  if (wanted !== null && wanted !== account)
    throw accessDeniedException(`This was signed for account ${wanted}, and the server took it for ${account}.`)
}
