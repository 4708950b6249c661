import { describeFunction } from '#resources'
import type { Handler } from '../context.ts'
import { findVersion } from './find-version.ts'

export const getFunctionConfiguration: Handler<'GetFunctionConfiguration'> = async (
  _input,
  { store, place, address },
) => {
  const version = await findVersion(store, place, address)
  return describeFunction(place, version, address.qualifier)
}
