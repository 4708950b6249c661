import { keepCompiled } from './compile-cache.ts'
import { enterMountNamespace } from './mount-namespace.ts'

// The program's first steps; everything else is loaded when it is where it should be.
enterMountNamespace()
keepCompiled()
await import('./program.ts')
