import type { EnvironmentSpec, RuntimeRoot } from './environment-spec.ts'
import { IMAGE_PATH } from './images/image-program.ts'
import { initializationType } from './platform-log/platform-lines.ts'
import type { Launch } from './runtimes/launcher.ts'
import { type Interpreted, isInterpreted, type Runtime } from './runtimes/runtime.ts'
import { LOG_FD, type SandboxPaths } from './sandbox/sandbox.ts'

/**
 * The variables of a function's process; the user's come last, so the extendable ones of ours can be replaced. Without a
 * runtime it is a container image's, which brings what is about places and languages along.
 */
export function environmentVariables(
  spec: EnvironmentSpec,
  { runtime, root }: Pick<Launch, 'runtime' | 'root'>,
  paths: SandboxPaths,
  runtimeApi: string,
): Record<string, string> {
  return {
    ...(spec.image && { TZ: ':UTC', PATH: IMAGE_PATH, ...spec.image.variables }),
    ...(runtime && functionVariables(spec, { runtime, root }, paths)),
    ...serviceVariables(spec, runtimeApi),
    ...loggingVariables(spec),
    ...spec.variables,
  }
}

function serviceVariables(spec: EnvironmentSpec, runtimeApi: string): Record<string, string> {
  return {
    AWS_LAMBDA_FUNCTION_NAME: spec.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: spec.functionVersion,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: spec.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: spec.logStreamName,
    AWS_LAMBDA_INITIALIZATION_TYPE: initializationType(spec),
    ...(spec.maxConcurrency !== undefined && { AWS_LAMBDA_MAX_CONCURRENCY: String(spec.maxConcurrency) }),
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_REGION: spec.region,
    AWS_DEFAULT_REGION: spec.region,
    AWS_ACCESS_KEY_ID: spec.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: spec.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: spec.credentials.sessionToken,
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    AWS_XRAY_DAEMON_ADDRESS: '169.254.100.1:2000',
    _AWS_XRAY_DAEMON_ADDRESS: '169.254.100.1',
    _AWS_XRAY_DAEMON_PORT: '2000',
  }
}

const functionVariables = (
  spec: EnvironmentSpec,
  { runtime, root }: { readonly runtime: Runtime; readonly root: RuntimeRoot | undefined },
  paths: SandboxPaths,
): Record<string, string> => ({
  ...runtimeVariables(runtime, paths, root),
  _HANDLER: spec.handler,
  ...(OLD_KEY_NAMES.has(runtime.identifier) && {
    AWS_ACCESS_KEY: spec.credentials.accessKeyId,
    AWS_SECRET_KEY: spec.credentials.secretAccessKey,
  }),
})

/** Those of every function of a runtime; an image that it is taken from knows its own programs and libraries. */
export const runtimeVariables = (
  runtime: Runtime,
  { task, runtime: client, layers }: SandboxPaths,
  root?: RuntimeRoot,
): Record<string, string> => ({
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
  PATH: `${isManaged(runtime) ? '/var/lang/bin:' : ''}/usr/local/bin:/usr/bin/:/bin:${layers}/bin`,
  // Without /lib64 and /usr/lib64: here these are the host's, which would go before what an interpreter brings along.
  LD_LIBRARY_PATH: `/var/lang/lib:${client}:${client}/lib:${task}:${task}/lib:${layers}/lib`,
  ...Object.fromEntries(Object.entries(root?.variables ?? {}).filter(([name]) => !OF_THE_PLATFORM.test(name))),
  LAMBDA_TASK_ROOT: task,
  LAMBDA_RUNTIME_DIR: client,
  PWD: task,
  SHLVL: '0',
  ...(isManaged(runtime) && { AWS_EXECUTION_ENV: `AWS_Lambda_${runtime.identifier}` }),
  // A client of the image's own says itself what its language needs.
  ...(isInterpreted(runtime) &&
    (root === undefined || root.interpreter !== undefined) &&
    languageVariables(runtime, { task, runtime: client, layers })),
})

/** Which of these a function has is not for an image to say that only lends it a runtime. */
const OF_THE_PLATFORM = /^(AWS|_AWS|_LAMBDA)_/

/** With a client of the platform's, whoever brings it. */
const isManaged = ({ family }: Runtime) => family !== 'provided'

/** An extension's process has what the function's has, without what is about the runtime. */
export const extensionVariables = (variables: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => !name.startsWith('_') && !RUNTIME_ONLY.has(name)))

const RUNTIME_ONLY = new Set([
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_XRAY_CONTEXT_MISSING',
  'AWS_XRAY_DAEMON_ADDRESS',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
])

/** The runtime client writes the application's lines. */
const loggingVariables = ({ logging }: EnvironmentSpec): Record<string, string> =>
  logging.format === 'JSON'
    ? { AWS_LAMBDA_LOG_FORMAT: logging.format, AWS_LAMBDA_LOG_LEVEL: logging.applicationLevel }
    : {}

/** Their version of the SDK for Java still reads these. */
const OLD_KEY_NAMES = new Set(['java8.al2', 'java11'])

function languageVariables(
  { family, version }: Interpreted,
  { task, runtime, layers }: Omit<SandboxPaths, 'temporary'>,
): Record<string, string> {
  switch (family) {
    case 'python': {
      const isUtf8ByName = Number(version.split('.')[1]) >= 12
      return { PYTHONPATH: runtime, ...(isUtf8ByName && { LC_CTYPE: 'C.UTF-8' }) }
    }
    case 'nodejs':
      return {
        NODE_PATH: `${layers}/nodejs/node${version}/node_modules:${layers}/nodejs/node_modules:${runtime}/node_modules:${runtime}:${task}`,
      }
    case 'ruby':
      return {
        GEM_HOME: runtime,
        // The empty last part stands for the interpreter's own gems.
        GEM_PATH: `${task}/vendor/bundle/ruby/${version}.0:${layers}/ruby/gems/${version}.0:`,
        RUBYLIB: `${task}:${runtime}/lib:${layers}/ruby/lib`,
      }
    case 'java':
      return { _LAMBDA_TELEMETRY_LOG_FD: String(LOG_FD) }
  }
}
