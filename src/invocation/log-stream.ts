import { randomBytes } from 'node:crypto'
import type { FunctionVersion, LoggingConfig } from '#resources'

/** `YYYY/MM/DD/[version]<32 hex>`; in a log group of the user's own the function's name goes before the version. */
export function newLogStreamName({ functionName, version, configuration }: FunctionVersion, nowMs: number): string {
  const day = new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '/')
  const owner = isDefaultGroup(functionName, configuration.logging) ? '' : functionName
  return `${day}/${owner}[${version}]${randomBytes(16).toString('hex')}`
}

const isDefaultGroup = (functionName: string, logging: LoggingConfig) => logging.group === `/aws/lambda/${functionName}`
