import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { FunctionVersion } from '#resources'
import { scale } from '../../src/invocation/scaling.ts'
import { capacityProvider } from '../store/capacity-provider.ts'
import { functionVersion } from '../store/function-version.ts'
import { temporaryStore } from '../store/temporary-store.ts'
import { ACCOUNT } from '../support/server.ts'

function managed(change: Partial<FunctionVersion> = {}): FunctionVersion {
  const plain = functionVersion('f', { version: '1', ...change })
  const providerArn = `arn:aws:lambda:us-east-1:${ACCOUNT}:capacity-provider:p`
  const capacity = { providerArn, maxConcurrency: 1, memoryGibPerVcpu: 2 }
  return { ...plain, configuration: { ...plain.configuration, capacity } }
}

/** A store with version 1 of a function, and what its pool is told; `meanwhile` has its turn after the first look. */
async function bench(t: TestContext, meanwhile: () => Promise<unknown> = async () => {}) {
  const { functions, capacityProviders } = await temporaryStore(t)
  await capacityProviders.create(capacityProvider('p'), 1)
  await functions.create(managed({ version: '$LATEST' }), managed())
  const told: string[] = []
  const pools = {
    scale: (of: FunctionVersion, { most }: { most: number }) => void told.push(`${of.deploymentId} ${most}`),
    retire: () => void told.push('retired'),
  }
  let turns = 0
  const find: typeof functions.find = async (...of) => {
    const found = await functions.find(...of)
    if (turns++ === 0) await meanwhile()
    return found
  }
  return { functions, told, scale: (of: FunctionVersion) => scale({ pools, functions: { find } }, of) }
}

const changed = managed({ deploymentId: 'deployment-2', revisionId: 'second', scaling: { most: 7 } })

test('a version has the environments that it is to have as it is stored', async (t) => {
  const { functions, told, scale } = await bench(t)
  await functions.update(changed, 'first')
  // Whoever asks may have read it before.
  await scale(managed({ state: 'Pending' }))
  assert.deepEqual(told, ['deployment-2 7'])
})

test('a version that is changed meanwhile has those of the change', async (t) => {
  const { functions, told, scale } = await bench(t, () => functions.update(changed, 'first'))
  await scale(managed())
  assert.deepEqual(told, ['deployment-1 Infinity', 'deployment-2 7'])
})

test('a version that is deleted meanwhile has none', async (t) => {
  const { functions, told, scale } = await bench(t, () => functions.delete(ACCOUNT, 'f'))
  await scale(managed())
  assert.deepEqual(told, ['deployment-1 Infinity', 'retired'])
})

test('a function that was deleted, and made anew, has none of the earlier one', async (t) => {
  const { functions, told, scale } = await bench(t)
  await functions.delete(ACCOUNT, 'f')
  await functions.create(managed({ version: '$LATEST', functionId: 'id-2' }), managed({ functionId: 'id-2' }))
  await scale(managed())
  assert.deepEqual(told, ['retired'])
})
