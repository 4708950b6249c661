import { invalidParameter } from './function-errors.ts'

// AWS counts the compact JSON of the whole map.
const LIMIT_BYTES = 4096

const RESERVED = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
  'AWS_LAMBDA_MAX_CONCURRENCY',
  'AWS_LAMBDA_METADATA_API',
  'AWS_LAMBDA_LOG_FORMAT',
  'AWS_LAMBDA_LOG_LEVEL',
])

const REFUSAL =
  'Lambda was unable to configure your environment variables because the environment variables you have provided'

/** The variables themselves, when AWS would take them. */
export function checkVariables(variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const reserved = Object.keys(variables).filter((name) => RESERVED.has(name))
  if (reserved.length > 0) {
    throw invalidParameter(
      `${REFUSAL} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    )
  }
  const text = JSON.stringify(variables)
  if (Buffer.byteLength(text) > LIMIT_BYTES)
    throw invalidParameter(`${REFUSAL} exceeded the 4KB limit. String measured: ${text}`)
  return variables
}
