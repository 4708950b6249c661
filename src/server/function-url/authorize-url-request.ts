import { type Caller, compiledResourcePolicy, createRequestContext, decide, PolicyDenial } from '#auth'
import { ApiError, accessDeniedException } from '#model'
import { type HttpRequest, headerOf } from '#protocol'
import { type FunctionUrl, LATEST, urlFunctionArn } from '#resources'
import { authenticateCaller } from '../authenticate-caller.ts'
import type { Running } from '../running.ts'

export const forbidden = (cause?: unknown) =>
  accessDeniedException(
    'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
    cause,
  )

/**
 * Who calls, where that matters; undefined where anybody may. Throws what AWS answers to those who may not. Without a
 * signature the resource's policy decides alone, with one that of the caller as well.
 */
export async function authorizeUrlRequest(
  request: HttpRequest,
  url: FunctionUrl,
  running: Running,
): Promise<Caller | undefined> {
  const caller = url.authType === 'NONE' ? undefined : await expectSignature(request, running)
  if (running.isEnforced) await checkPolicies(request, url, caller, running)
  return caller
}

async function expectSignature(request: HttpRequest, running: Running): Promise<Caller> {
  try {
    return await authenticateCaller(request, 'lambda', running)
  } catch (error) {
    const isUnsigned = error instanceof ApiError && error.code === 'MissingAuthenticationTokenException'
    throw isUnsigned ? forbidden(error) : error
  }
}

async function checkPolicies(
  request: HttpRequest,
  url: FunctionUrl,
  caller: Caller | undefined,
  { services: { store }, place, clock, organizationId }: Running,
): Promise<void> {
  const principal = caller ?? ({ kind: 'anonymous' } as const)
  const { account, functionName, qualifier } = url
  const latest = await store.functions.find(account, functionName, LATEST)
  const owner = qualifier === LATEST ? latest : await store.aliases.find(account, functionName, qualifier)
  const context = createRequestContext({
    principal,
    nowMs: clock.now(),
    secure: request.secure,
    sourceIp: request.sourceIp,
    region: place.region,
    userAgent: headerOf(request, 'user-agent'),
    resourceAccount: url.account,
    organizationId,
    resourceTags: latest?.tags,
    keys: {
      'lambda:FunctionArn': urlFunctionArn(place, url),
      'lambda:FunctionUrlAuthType': url.authType,
      'lambda:InvokedViaFunctionUrl': 'true',
    },
  })
  const policy = compiledResourcePolicy(owner?.policy)
  const question = { principal, action: 'lambda:InvokeFunctionUrl', resource: urlFunctionArn(place, url), context }
  const decision = decide(question, policy)
  if (decision.kind !== 'allowed') throw forbidden(new PolicyDenial(decision, question))
  // AWS asks for this permission, too, of URLs made since November 2025. Not to have it is no harm here, as it is
  // none for the older ones, but whoever denies the invocation means every way to it.
  const invocation = { ...question, action: 'lambda:InvokeFunction' }
  const denial = decide(invocation, policy)
  if (denial.kind === 'explicitly-denied') throw forbidden(new PolicyDenial(denial, invocation))
}
