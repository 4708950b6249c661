import type { Files, TestEnvironment } from './support.ts'

/** What extensions need: `call`, `register`, `next`, and `say`, whose values the test reads in the log. */
const LIBRARY = `const http = require('node:http')
const { basename } = require('node:path')
const name = basename(__filename)
const agent = new http.Agent({ keepAlive: true })
const call = (method, path, { body, ...headers } = {}) => new Promise((resolve, reject) => {
  const request = http.request('http://' + process.env.AWS_LAMBDA_RUNTIME_API + path, { method, headers, agent }, (response) => {
    let text = ''
    response.on('data', (part) => (text += part))
    response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: /json/.test(response.headers['content-type']) ? JSON.parse(text) : text }))
  })
  request.on('error', reject)
  request.end(typeof body === 'object' ? JSON.stringify(body) : body)
})
const say = (...values) => console.log('SAID ' + JSON.stringify(values))
let id
const register = async (events, as = name, headers = {}) => {
  const answer = await call('POST', '/2020-01-01/extension/register', { 'Lambda-Extension-Name': as, ...headers, body: { events } })
  id = answer.headers['lambda-extension-identifier'] ?? id
  return answer
}
const next = async () => (await call('GET', '/2020-01-01/extension/event/next', { 'Lambda-Extension-Identifier': id })).body
const fail = (when, type) => call('POST', '/2020-01-01/extension/' + when + '/error', { 'Lambda-Extension-Identifier': id, 'Lambda-Extension-Function-Error-Type': type, body: {} })
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const visit = (url) => new Promise((resolve) => http.get(url, (response) => response.resume().on('end', resolve)))
`

/** Programs of a layer that run this code, by their names. */
export const extensions = (codes: Readonly<Record<string, string>>): Files =>
  Object.fromEntries(
    Object.entries(codes).map(([name, code]) => [
      `extensions/${name}`,
      `#!/usr/bin/env node\n${LIBRARY}\n;(async () => { ${code} })()\n`,
    ]),
  )

/** A function with an extension in the same process: `before` runs before the runtime asks for an event, `loop` beside it. */
export const withInternal = (before: string, loop: string, handler: string): Files => ({
  'index.mjs': `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
const __filename = 'inside'
${LIBRARY}
${before}
;(async () => { ${loop} })()
export const handler = ${handler}
`,
})

/** Registers, and takes every event until the last. */
export const listener = (events = ['INVOKE', 'SHUTDOWN']) => `await register(${JSON.stringify(events)})
for (;;) {
  const event = await next()
  say(name, event)
  if (event.eventType === 'SHUTDOWN') process.exit(0)
}`

/** What extensions have said so far. */
// biome-ignore lint/suspicious/noExplicitAny: whatever they say
export const said = ({ lines }: TestEnvironment): any[] =>
  lines.flatMap((line) => {
    const text = /(?:^|\t)SAID (.*)$/.exec(line)?.[1]
    return text === undefined ? [] : [JSON.parse(text)]
  })
