import assert from 'node:assert/strict'
import { type IncomingMessage, request } from 'node:http'
import { after, before, test } from 'node:test'
import { createFunction, type FunctionSetup, invoke } from '../support/clients.ts'
import { createUrl, sendToUrl } from '../support/function-urls.ts'
import { type Gates, startGates } from '../support/gates.ts'
import { npmPackages, pythonPackages } from '../support/packages.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

// Web frameworks and libraries that are made for Lambda, as their users deploy them.
let server: TestServer
let gates: Gates
before(async () => {
  gates = await startGates()
  server = await startTestServer({ args: ['--auth', 'none'] })
})
after(async () => {
  gates[Symbol.dispose]()
  await server[Symbol.asyncDispose]()
})

const node = { Runtime: 'nodejs24.x', MemorySize: 1024 } as const
const python = { Runtime: 'python3.12', Handler: 'index.handler', MemorySize: 1024 } as const

async function urlOf(setup: FunctionSetup, InvokeMode: 'BUFFERED' | 'RESPONSE_STREAM' = 'BUFFERED'): Promise<string> {
  await createFunction(server, setup)
  return createUrl(server, { FunctionName: setup.FunctionName, InvokeMode })
}

/** What every one of the web applications does, by whatever framework; `id` is how it sees what stands in the path. */
async function useApplication(host: string, id = 'a b'): Promise<void> {
  const json = { 'content-type': 'application/json' }
  const answer = await sendToUrl(server, host, {
    method: 'POST',
    path: '/things/a%20b?color=red',
    headers: { ...json, cookie: 'session=one' },
    body: '{"size":"größer"}',
  })
  assert.equal(answer.status, 201, answer.text)
  assert.match(String(answer.headers['content-type']), /^application\/json/)
  assert.equal(answer.headers['x-made-by'], 'function')
  assert.deepEqual(answer.headers['set-cookie']?.length, 2)
  assert.deepEqual(answer.body, { id, color: 'red', size: 'größer', session: 'one' })
  const moved = await sendToUrl(server, host, { path: '/moved' })
  assert.deepEqual([moved.status, moved.headers.location], [302, '/things'])
  assert.equal((await sendToUrl(server, host, { path: '/nowhere' })).status, 404)
  assert.equal((await sendToUrl(server, host, { path: '/fails' })).status, 500)
}

const HONO = `import { Hono } from 'hono'
import { handle, streamHandle } from 'hono/aws-lambda'
import { getCookie, setCookie } from 'hono/cookie'
import { streamText } from 'hono/streaming'

const app = new Hono()
app.post('/things/:id', async (c) => {
  setCookie(c, 'a', '1')
  setCookie(c, 'b', '2')
  const { size } = await c.req.json()
  const thing = { id: c.req.param('id'), color: c.req.query('color'), size, session: getCookie(c, 'session') }
  return c.json(thing, 201, { 'X-Made-By': 'function' })
})
app.get('/moved', (c) => c.redirect('/things'))
app.get('/fails', () => { throw new Error('as wished') })
app.get('/stream', (c) => streamText(c, async (stream) => {
  await stream.write('first')
  await fetch(c.req.query('gate'))
  await stream.write('second')
}))
export const buffered = handle(app)
export const streamed = streamHandle(app)
`
const hono = { ...node, code: { 'index.mjs': HONO, ...npmPackages('hono') } }

test('hono answers through its adapter', async () => {
  await useApplication(await urlOf({ ...hono, FunctionName: 'hono', Handler: 'index.buffered' }))
})

test('hono streams through its adapter', async () => {
  const host = await urlOf({ ...hono, FunctionName: 'hono-stream', Handler: 'index.streamed' }, 'RESPONSE_STREAM')
  await useApplication(host)
  const response = await open(host, `/stream?gate=${gates.urlFor('hono')}`)
  const parts = response.iterator() as AsyncIterator<Buffer>
  assert.equal(String((await parts.next()).value), 'first')
  gates.open('hono')
  assert.equal(String((await parts.next()).value), 'second')
  assert.equal((await parts.next()).done, true)
})

const open = (host: string, path: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request(server.url, { path, headers: { host }, agent: false }, resolve).on('error', reject).end()
  })

const EXPRESS = `const express = require('express')
const serverless = require('serverless-http')

const app = express()
app.use(express.json())
app.post('/things/:id', (request, response) => {
  const session = /session=(\\w+)/.exec(request.headers.cookie ?? '')?.[1]
  response.cookie('a', '1').cookie('b', '2').set('X-Made-By', 'function').status(201)
  response.json({ id: request.params.id, color: request.query.color, size: request.body.size, session })
})
app.get('/moved', (_request, response) => response.redirect('/things'))
app.get('/fails', () => { throw new Error('as wished') })
app.get('/bytes', (_request, response) => response.type('application/octet-stream').send(Buffer.from([0, 255, 1])))
exports.handler = serverless(app, { binary: ['application/octet-stream'] })
`

test('Express answers through serverless-http', async () => {
  const code = { 'index.js': EXPRESS, ...npmPackages('express', 'serverless-http') }
  const host = await urlOf({ ...node, FunctionName: 'express', code })
  await useApplication(host)
  const response = await open(host, '/bytes')
  assert.deepEqual(Buffer.concat(await response.toArray()), Buffer.from([0, 255, 1]))
})

const STARLETTE = `from mangum import Mangum
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

async def thing(request):
    body = await request.json()
    thing = {"id": request.path_params["id"], "color": request.query_params["color"], "size": body["size"], "session": request.cookies["session"]}
    response = JSONResponse(thing, status_code=201, headers={"X-Made-By": "function"})
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response

async def moved(request):
    return RedirectResponse("/things", status_code=302)

async def fails(request):
    raise RuntimeError("as wished")

app = Starlette(routes=[Route("/things/{id}", thing, methods=["POST"]), Route("/moved", moved), Route("/fails", fails)])
handler = Mangum(app)
`

test('Starlette answers through Mangum', async () => {
  const code = { 'index.py': STARLETTE, ...(await pythonPackages('mangum', 'starlette')) }
  await useApplication(await urlOf({ ...python, FunctionName: 'starlette', code }))
})

/** The lines of an invocation's log that are JSON. */
function logOf({ LogResult = '' }: { LogResult?: string | undefined }): Record<string, unknown>[] {
  const lines = Buffer.from(LogResult, 'base64').toString().split('\n')
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
}

test('Powertools for TypeScript logs with the context of the invocation', async () => {
  const code = {
    'index.mjs': `import { Logger } from '@aws-lambda-powertools/logger'
const logger = new Logger({ serviceName: 'orders' })
export const handler = async (event, context) => {
  logger.addContext(context)
  logger.info('hello', { event })
  return { remaining: context.getRemainingTimeInMillis() > 0 }
}`,
    ...npmPackages('@aws-lambda-powertools/logger'),
  }
  await createFunction(server, { ...node, FunctionName: 'powertools', code })
  for (const cold_start of [true, false]) {
    const answer = await invoke(server, 'powertools', { a: 1 }, { LogType: 'Tail' })
    assert.deepEqual(answer.payload, { remaining: true })
    const [{ level, message, service, function_name, function_request_id, event, ...line } = {}] = logOf(answer)
    assert.deepEqual(
      [level, message, service, function_name, event],
      ['INFO', 'hello', 'orders', 'powertools', { a: 1 }],
    )
    assert.equal(function_request_id, answer.$metadata.requestId)
    assert.equal(line.cold_start, cold_start)
  }
})

const POWERTOOLS = `from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.shared.cookies import Cookie

logger, metrics, app = Logger(service="orders"), Metrics(namespace="shop", service="orders"), LambdaFunctionUrlResolver()

@app.post("/things/<id>")
def thing(id):
    event = app.current_event
    logger.info("asked", thing=id)
    metrics.add_metric(name="Things", unit=MetricUnit.Count, value=1)
    body = {"id": id, "color": event.query_string_parameters["color"], "size": event.json_body["size"], "session": event.cookies[0].split("=")[1]}
    return Response(status_code=201, content_type="application/json", body=body, headers={"X-Made-By": "function"}, cookies=[Cookie(name="a", value="1"), Cookie(name="b", value="2")])

@app.get("/moved")
def moved():
    return Response(status_code=302, headers={"Location": "/things"})

@app.exception_handler(RuntimeError)
def failed(error):
    return Response(status_code=500, body=str(error))

@app.get("/fails")
def fails():
    raise RuntimeError("as wished")

@logger.inject_lambda_context
@metrics.log_metrics
def handler(event, context):
    return app.resolve(event, context)
`

test('Powertools for Python routes, logs and counts', async () => {
  const code = { 'index.py': POWERTOOLS, ...(await pythonPackages('aws-lambda-powertools')) }
  const FunctionName = 'powertools-python'
  await useApplication(await urlOf({ ...python, FunctionName, code }), 'a%20b')
  const event = {
    version: '2.0',
    rawPath: '/things/5',
    queryStringParameters: { color: 'red' },
    cookies: ['session=one'],
    headers: {},
    body: '{"size":"small"}',
    isBase64Encoded: false,
    requestContext: { stage: '$default', http: { method: 'POST', path: '/things/5' } },
  }
  const answer = await invoke(server, FunctionName, event, { LogType: 'Tail' })
  assert.equal(answer.payload.statusCode, 201, answer.text)
  const lines = logOf(answer)
  const [logged] = lines.filter(({ message }) => message === 'asked')
  assert.deepEqual([logged?.service, logged?.function_name, logged?.thing], ['orders', FunctionName, '5'])
  assert.equal(logged?.function_request_id, answer.$metadata.requestId)
  assert.ok(lines.some((line) => '_aws' in line && JSON.stringify(line.Things) === '[1]'))
})
