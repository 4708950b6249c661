'use strict'
// From the handler setting `directory/file.export` to the function it names.

const { existsSync, readFileSync } = require('node:fs')
const path = require('node:path')
const { pathToFileURL } = require('node:url')
const { runtimeError } = require('./errors.cjs')

exports.loadHandler = async (taskRoot, setting) => {
  if (setting.includes('..')) {
    throw runtimeError(
      'MalformedHandlerName',
      `'${setting}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    )
  }
  const name = path.basename(setting)
  const match = /^([^.]*)\.(.+)$/.exec(name)
  if (match === null) throw runtimeError('MalformedHandlerName', 'Bad handler')
  const directory = path.resolve(taskRoot, setting.slice(0, setting.length - name.length))
  const module = await loadModule(path.join(directory, match[1]), setting)
  const handler = match[2].split('.').reduce((object, key) => object?.[key], module)
  if (!handler) throw runtimeError('HandlerNotFound', `${setting} is undefined or not exported`)
  if (typeof handler !== 'function') throw runtimeError('HandlerNotFound', `${setting} is not a function`)
  return handler
}

async function loadModule(base, setting) {
  try {
    const file = [base, `${base}.js`, `${base}.mjs`, `${base}.cjs`].find((candidate) => isFile(candidate))
    if (file === undefined) return require(require.resolve(`./${path.basename(base)}`, { paths: [path.dirname(base)] }))
    return isEsModule(file) ? await import(pathToFileURL(file).href) : require(file)
  } catch (error) {
    if (error instanceof SyntaxError) throw runtimeError('UserCodeSyntaxError', String(error))
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
      throw runtimeError('ImportModuleError', importMessage(error, base, setting))
    }
    throw error
  }
}

/** The handler's own file is named as in the setting; any other module as Node names it. */
function importMessage(error, base, setting) {
  const wanted = `./${path.basename(base)}`
  return String(error).replace(
    `'${wanted}'`,
    `'${setting.slice(0, setting.lastIndexOf('/') + 1)}${path.basename(base)}'`,
  )
}

function isFile(file) {
  return existsSync(file) && require('node:fs').statSync(file).isFile()
}

/** As Node decides: by extension, else by the nearest package.json. */
function isEsModule(file) {
  if (file.endsWith('.mjs')) return true
  if (file.endsWith('.cjs')) return false
  for (let directory = path.dirname(file); ; directory = path.dirname(directory)) {
    const description = path.join(directory, 'package.json')
    if (existsSync(description)) {
      try {
        return JSON.parse(readFileSync(description, 'utf8')).type === 'module'
      } catch {
        return false
      }
    }
    if (directory === path.dirname(directory)) return false
  }
}
