export {
  type EnvironmentHost,
  type EnvironmentHostOptions,
  type Isolation,
  openEnvironmentHost,
} from './environment-host.ts'
export type { Environment, EnvironmentSpec, Invocation, InvocationResult, RoleCredentials } from './environment-spec.ts'
