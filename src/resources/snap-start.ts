import type { lambda } from '#model'
import { type FunctionConfiguration, type FunctionVersion, LATEST } from './function.ts'
import { invalidParameter } from './function-errors.ts'

const SUPPORTED = new Set([
  'java11',
  'java17',
  'java21',
  'java25',
  'python3.12',
  'python3.13',
  'python3.14',
  'dotnet8',
  'dotnet10',
])

/** The configuration itself, when its runtime can be what SnapStart asks for. */
export function checkSnapStart(configuration: FunctionConfiguration): FunctionConfiguration {
  const { snapStart, runtime } = configuration
  if (snapStart && (runtime === undefined || !SUPPORTED.has(runtime)))
    throw invalidParameter(`${runtime ?? 'PackageType Image'} is not supported for SnapStart enabled functions.`)
  return configuration
}

/** Only published versions are snapshots. */
export const describeSnapStart = ({ version, configuration }: FunctionVersion): lambda.SnapStartResponse => ({
  ApplyOn: configuration.snapStart ?? 'None',
  OptimizationStatus: configuration.snapStart && version !== LATEST ? 'On' : 'Off',
})
