import { ApiError, type lambda } from '#model'
import { describeFunction, functionArn } from '#resources'
import type { Handler, RequestContext } from '../context.ts'
import { findFunction, findVersion } from './find-version.ts'

export const getFunction: Handler<'GetFunction'> = async (_input, context) => {
  const { store, place, address, baseUrl, codeLocation } = context
  const version = await findVersion(store, place, address)
  const reserved = store.concurrency.reserved(address.account, address.functionName)
  return {
    Configuration: describeFunction(place, version, address.qualifier),
    Code: { RepositoryType: 'S3', Location: codeLocation(baseUrl, version.code.sha256) },
    ...(await readTags(context)),
    ...(reserved !== undefined && { Concurrency: { ReservedConcurrentExecutions: reserved } }),
  }
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
