// The hooks of node-path.cjs for the versions of Node.js that run them in a thread.

import { isPackage } from './node-path.cjs'

let parents = []

export function initialize(data) {
  parents = data
}

export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context)
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !isPackage(specifier)) throw error
    for (const parentURL of parents) {
      try {
        return await next(specifier, { ...context, parentURL })
      } catch {
        // Perhaps in the next one.
      }
    }
    throw error
  }
}
