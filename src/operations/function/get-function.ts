import { describeFunction } from '#resources'
import type { Handler } from '../context.ts'
import { findVersion } from './find-version.ts'

export const getFunction: Handler<'GetFunction'> = async (_input, { store, place, address, baseUrl, codeLocation }) => {
  const version = await findVersion(store, place, address)
  return {
    Configuration: describeFunction(place, version, address.qualifier),
    Code: { RepositoryType: 'S3', Location: codeLocation(baseUrl, version.code.sha256) },
    ...(version.tags && { Tags: version.tags }),
  }
}
