/** The rooms in the order of the ladder: each may import only the rooms listed with it, all of them above it in this table. */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  base: [],
  model: ['base'],
  protocol: ['base', 'model'],
  resources: ['base', 'model'],
  store: ['base', 'model', 'resources'],
  auth: ['base', 'model', 'protocol', 'resources', 'store'],
  environment: ['base', 'resources'],
  invocation: ['base', 'model', 'resources', 'store', 'environment'],
  operations: ['base', 'model', 'resources', 'store', 'auth', 'invocation'],
  server: ['base', 'model', 'protocol', 'resources', 'store', 'auth', 'environment', 'invocation', 'operations'],
}
