export {
  type EnvironmentHost,
  type EnvironmentHostOptions,
  type Isolation,
  type Network,
  openEnvironmentHost,
} from './environment-host.ts'
export type {
  ContainerImage,
  Environment,
  EnvironmentSpec,
  Invocation,
  InvocationResult,
  LostRoot,
  Mount,
  RoleCredentials,
  RuntimeRoot,
  RuntimeSource,
  StreamedResponse,
} from './environment-spec.ts'
export { IMAGE_RUNTIME } from './environment-spec.ts'
export type { HostMemory } from './host-memory.ts'
export type { RuntimeFault } from './images/runtime-in-image.ts'
