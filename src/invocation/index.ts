export { Deliverer } from './events/deliverer.ts'
export { type ExecutionCredentials, Invocations, type InvokeRequest } from './invocations.ts'
export { resolveVersion } from './resolve-version.ts'
export { traceHeaderFor } from './trace.ts'
