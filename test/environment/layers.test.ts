import { strict as assert } from 'node:assert'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { after, test } from 'node:test'
import { NODE, openTestHost, PYTHON } from './support.ts'

const { start } = await openTestHost()

const files: Readonly<Record<string, string>> = {
  'python/said.py': 'WORDS = "python"',
  'nodejs/node_modules/said/index.js': 'module.exports = "node"',
  'nodejs/node_modules/esm/package.json': '{"type":"module","exports":"./main.js"}',
  'nodejs/node_modules/esm/main.js': 'export default "esm"',
}

const layersDirectory = await mkdtemp(`${tmpdir()}/lambent-layers-`)
await chmod(layersDirectory, 0o755)
for (const [path, content] of Object.entries(files)) {
  await mkdir(dirname(`${layersDirectory}/${path}`), { recursive: true })
  await writeFile(`${layersDirectory}/${path}`, content)
}
after(() => rm(layersDirectory, { recursive: true }))

// The first version runs hooks of the module loader in a thread, the second has hooks without one.
for (const runtime of ['nodejs20.x', NODE])
  test(`${runtime} imports packages from layers`, async () => {
    const environment = await start({
      runtime,
      layersDirectory,
      files: {
        'index.mjs': `import said from 'said'
import esm from 'esm'
export const handler = async () => [said, esm, await import('missing').catch((error) => error.message)]`,
      },
    })
    assert.deepEqual(await environment.call(), [
      'node',
      'esm',
      "Cannot find package 'missing' imported from /var/task/index.mjs",
    ])
  })

test(`${PYTHON} imports modules from layers`, async () => {
  const code = 'import said, sys\ndef handler(event, context):\n    return [said.WORDS, sys.path[0], sys.path[2]]\n'
  const environment = await start({ runtime: PYTHON, layersDirectory, files: { 'main.py': code } })
  assert.deepEqual(await environment.call(), ['python', '/var/task', '/opt/python'])
})
