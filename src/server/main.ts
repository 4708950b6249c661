import { enterMountNamespace } from './mount-namespace.ts'

// The program's first step; everything else is loaded when it is where it should be.
enterMountNamespace()
await import('./program.ts')
