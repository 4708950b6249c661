'use strict'
// As on Lambda, `import` finds packages through NODE_PATH, and so in layers; Node itself looks there for `require` only.

const { existsSync } = require('node:fs')
const { register, registerHooks } = require('node:module')
const { pathToFileURL } = require('node:url')

exports.importFromNodePath = () => {
  const directories = (process.env.NODE_PATH ?? '')
    .split(':')
    .filter((directory) => directory.endsWith('/node_modules') && existsSync(directory))
  // Functions without layers pay nothing.
  if (directories.length === 0) return
  const parents = directories.map((directory) => pathToFileURL(`${directory}.js`).href)
  if (registerHooks) registerHooks({ resolve: resolveWith(parents) })
  // Before Node 22.15 hooks live in a thread of their own.
  else register?.('./node-path-hooks.mjs', { parentURL: pathToFileURL(__filename).href, data: parents })
}

function resolveWith(parents) {
  return (specifier, context, next) => {
    try {
      return next(specifier, context)
    } catch (error) {
      if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !isPackage(specifier)) throw error
      for (const parentURL of parents) {
        try {
          return next(specifier, { ...context, parentURL })
        } catch {
          // Perhaps in the next one; if in none, what was said first is told.
        }
      }
      throw error
    }
  }
}

const isPackage = (specifier) => !/^(\.{0,2}\/|[a-z]+:)/.test(specifier)
exports.isPackage = isPackage
