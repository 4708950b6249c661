export { Deliverer } from './events/deliverer.ts'
export { type ExecutionCredentials, Invocations, type InvokeRequest } from './invocations.ts'
export { traceHeaderFor } from './trace.ts'
