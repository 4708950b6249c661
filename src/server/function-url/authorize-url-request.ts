import { authenticate, type Caller, compiledResourcePolicy, createRequestContext, decide, PolicyDenial } from '#auth'
import { ApiError, accessDeniedException } from '#model'
import { type HttpRequest, headerOf } from '#protocol'
import { type FunctionUrl, LATEST, urlFunctionArn } from '#resources'
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
  const caller = url.authType === 'NONE' ? undefined : await authenticateCaller(request, running)
  if (running.isEnforced) await checkPolicies(request, url, caller, running)
  return caller
}

async function authenticateCaller(request: HttpRequest, running: Running): Promise<Caller> {
  const { place, clock, directory, lookUpIdentity, isEnforced } = running
  const expected = { region: place.region, service: 'lambda' }
  const options = isEnforced
    ? ({ mode: 'iam', secure: request.secure } as const)
    : ({ mode: 'none', caller: directory.root } as const)
  try {
    return await authenticate(request, expected, clock, lookUpIdentity, options)
  } catch (error) {
    const isUnsigned = error instanceof ApiError && error.code === 'MissingAuthenticationTokenException'
    throw isUnsigned ? forbidden(error) : error
  }
}

async function checkPolicies(
  request: HttpRequest,
  url: FunctionUrl,
  caller: Caller | undefined,
  { services: { store }, place, clock }: Running,
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
    resourceTags: latest?.tags,
    keys: {
      'lambda:FunctionArn': urlFunctionArn(place, url),
      'lambda:FunctionUrlAuthType': url.authType,
      'lambda:InvokedViaFunctionUrl': 'true',
    },
  })
  const question = { principal, action: 'lambda:InvokeFunctionUrl', resource: urlFunctionArn(place, url), context }
  const decision = decide(question, compiledResourcePolicy(owner?.policy))
  if (decision.kind !== 'allowed') throw forbidden(new PolicyDenial(decision, question))
}
