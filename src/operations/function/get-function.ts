import { ApiError, type lambda } from '#model'
import { type CodePackage, describeFunction, functionArn } from '#resources'
import type { Handler, RequestContext } from '../context.ts'
import { findFunction, findVersion } from './find-version.ts'

export const getFunction: Handler<'GetFunction'> = async (_input, context) => {
  const { store, place, address } = context
  const version = await findVersion(store, place, address)
  const reserved = store.concurrency.reserved(address.account, address.functionName)
  return {
    Configuration: describeFunction(place, version, address.qualifier),
    Code: describeCode(context, version.code),
    ...(await readTags(context)),
    ...(reserved !== undefined && { Concurrency: { ReservedConcurrentExecutions: reserved } }),
  }
}

function describeCode(
  { baseUrl, codeLocation }: RequestContext,
  { sha256, image }: CodePackage,
): lambda.FunctionCodeLocation {
  if (!image) return { RepositoryType: 'S3', Location: codeLocation(baseUrl, sha256) }
  return { RepositoryType: 'ECR', ImageUri: image.uri, ResolvedImageUri: image.resolvedUri }
}

/** Tags belong to the function, whichever version is asked for; who may not list them is told so beside the rest. */
async function readTags({ store, place, address, authorize }: RequestContext): Promise<lambda.GetFunctionResponse> {
  const { account, functionName } = address
  try {
    authorize('lambda:ListTags', functionArn(place, { account, functionName }))
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { TagsError: { ErrorCode: error.code, Message: error.message } }
  }
  const { tags } = await findFunction(store, place, address)
  return tags ? { Tags: tags } : {}
}
