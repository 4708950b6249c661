import assert from 'node:assert/strict'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda'
import { createFunction, invoke, lambdaClient, untilUpdated } from '../support/clients.ts'
import { publishLayer } from '../support/layers.ts'
import { poll } from '../support/poll.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server[Symbol.asyncDispose]())

test('an update that something stood in the way of settles when it is gone, and the function runs meanwhile', async () => {
  await createFunction(server, { FunctionName: 'f', code: 'echo-node' })
  const layers = [
    await publishLayer(server, { LayerName: 'a', files: { 'a.txt': 'a' } }),
    await publishLayer(server, { LayerName: 'b', files: { 'b.txt': 'b' } }),
  ]
  const Layers = layers.map(({ LayerVersionArn = '' }) => LayerVersionArn)
  // Where layers are merged; without it, as on a full disk, they cannot be.
  const [place, aside] = ['temporary', 'aside'].map((name) => join(server.dataDirectory, 'code', name)) as [
    string,
    string,
  ]
  await rename(place, aside)
  await lambdaClient(server).send(new UpdateFunctionConfigurationCommand({ FunctionName: 'f', Layers }))
  await poll(async () => server.errors().includes('could not be made ready yet') || undefined)
  assert.deepEqual((await invoke(server, 'f', { a: 1 })).payload, { a: 1 })
  await rename(aside, place)
  await untilUpdated(server, 'f')
  assert.deepEqual((await invoke(server, 'f', { a: 2 })).payload, { a: 2 })
})
