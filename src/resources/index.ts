export * from './event.ts'
export * from './function.ts'
export * from './identity.ts'
