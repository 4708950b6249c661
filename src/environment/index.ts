export {
  type EnvironmentHost,
  type EnvironmentHostOptions,
  type Isolation,
  openEnvironmentHost,
} from './environment-host.ts'
export type {
  Environment,
  EnvironmentSpec,
  Invocation,
  InvocationResult,
  Mount,
  RoleCredentials,
} from './environment-spec.ts'
