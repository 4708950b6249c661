import type { lambda } from '#model'
import type { ApplicationLogLevel, LoggingConfig, SystemLogLevel } from './function.ts'
import { invalidParameter } from './function-errors.ts'

// AWS's default of both levels.
const DEFAULT_LEVEL = 'INFO'

export const defaultLogging = (functionName: string): LoggingConfig => ({
  format: 'Text',
  group: `/aws/lambda/${functionName}`,
})

/** Of functions on managed instances, where lines of several invocations mix. */
export const defaultManagedLogging = (functionName: string): LoggingConfig =>
  updateLogging(defaultLogging(functionName), { LogFormat: 'JSON' })

/** What a change leaves out stays; levels go with the JSON format, and come back as the defaults. */
export function updateLogging(current: LoggingConfig, change: lambda.LoggingConfig = {}): LoggingConfig {
  const group = change.LogGroup ?? current.group
  if ((change.LogFormat ?? current.format) === 'Text') {
    if (change.ApplicationLogLevel !== undefined || change.SystemLogLevel !== undefined) {
      throw invalidParameter(
        'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the LogFormat to "JSON" and try again.',
      )
    }
    return { format: 'Text', group }
  }
  const before = current.format === 'JSON' ? current : undefined
  // The model lets no other values through.
  const applicationLevel = change.ApplicationLogLevel as ApplicationLogLevel | undefined
  const systemLevel = change.SystemLogLevel as SystemLogLevel | undefined
  return {
    format: 'JSON',
    group,
    applicationLevel: applicationLevel ?? before?.applicationLevel ?? DEFAULT_LEVEL,
    systemLevel: systemLevel ?? before?.systemLevel ?? DEFAULT_LEVEL,
  }
}

export const describeLogging = (logging: LoggingConfig): lambda.LoggingConfig => ({
  LogFormat: logging.format,
  ...(logging.format === 'JSON' && {
    ApplicationLogLevel: logging.applicationLevel,
    SystemLogLevel: logging.systemLevel,
  }),
  LogGroup: logging.group,
})
