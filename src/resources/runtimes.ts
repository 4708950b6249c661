import { createHash } from 'node:crypto'

// In the order in which AWS lists them in its refusal of an unknown runtime.
export const SUPPORTED_RUNTIMES = [
  'nodejs20.x',
  'python3.14',
  'provided.al2023',
  'python3.12',
  'python3.13',
  'nodejs24.x',
  'nodejs22.x',
  'java25',
  'python3.10',
  'python3.11',
  'java21',
  'ruby3.3',
  'ruby3.4',
  'ruby3.2',
  'python3.8',
  'python3.9',
  'java17',
  'nodejs16.x',
  'dotnet10',
  'dotnet8',
  'java11',
  'dotnet6',
  'nodejs18.x',
  'provided.al2',
  'java8.al2',
] as const

const RETIRED = new Set([
  'java8',
  'go1.x',
  'provided',
  'ruby2.7',
  'ruby2.5',
  'nodejs',
  'nodejs4.3',
  'nodejs4.3-edge',
  'nodejs6.10',
  'nodejs8.10',
  'nodejs10.x',
  'nodejs12.x',
  'nodejs14.x',
  'python2.7',
  'python3.6',
  'python3.7',
  'dotnetcore1.0',
  'dotnetcore2.0',
  'dotnetcore2.1',
  'dotnetcore3.1',
  'dotnet5.0',
  'dotnet7',
])

// The runtimes whose environments can serve several invocations at once.
const MANAGED_INSTANCES = new Set([
  'java21',
  'java25',
  'python3.13',
  'python3.14',
  'nodejs22.x',
  'nodejs24.x',
  'dotnet8',
  'dotnet10',
  'provided.al2023',
])

/** Of the machine that this runs on, in Lambda's words. */
export const HOST_ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'x86_64'

export const hasManagedInstances = (runtime: string): boolean => MANAGED_INSTANCES.has(runtime)
export const isRetiredRuntime = (runtime: string): boolean => RETIRED.has(runtime)
export const isKnownRuntime = (runtime: string): boolean => (SUPPORTED_RUNTIMES as readonly string[]).includes(runtime)
export const runtimeValueSet = `[${SUPPORTED_RUNTIMES.join(', ')}]`

/** A stable ARN for the build of a runtime; AWS shows 64 hexadecimal digits. */
export function runtimeVersionArn(partition: string, region: string, runtime: string): string {
  return `arn:${partition}:lambda:${region}::runtime:${createHash('sha256').update(runtime).digest('hex')}`
}
