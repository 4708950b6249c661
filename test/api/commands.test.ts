import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { createFunction, createUser, invoke, stsClient } from '../support/clients.ts'
import { refusalOf } from '../support/refusal.ts'
import { run } from '../support/run.ts'
import { cleanEnvironment, startTestServer } from '../support/server.ts'

const program = join(import.meta.dirname, '../../src/server/command.ts')

/** `npm run lambent -- ...` on a data directory of the test's own. */
function commandsOn(t: TestContext) {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'lambent-commands-'))
  t.after(() => rmSync(dataDirectory, { recursive: true }))
  const command = (...args: readonly string[]) =>
    run(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args, '--data-dir', dataDirectory], {
      env: cleanEnvironment(),
    })
  return { dataDirectory, command }
}

const keyIn = (output: string) => ({
  accessKeyId: /^AWS_ACCESS_KEY_ID=(\S+)$/m.exec(output)?.[1] ?? '',
  secretAccessKey: /^AWS_SECRET_ACCESS_KEY=(\S+)$/m.exec(output)?.[1] ?? '',
})

test('root credentials are made before the first start, shown and replaced', async (t) => {
  const { dataDirectory, command } = commandsOn(t)
  const absent = await command('credentials', 'show')
  assert.deepEqual([absent.code, absent.stdout], [1, ''])
  assert.match(absent.stderr, /^lambent: there are no root credentials in /)
  const created = await command('credentials', 'create')
  assert.match(created.stdout, /^AWS_ACCESS_KEY_ID=AKIA\w{16}\nAWS_SECRET_ACCESS_KEY=\S{40}\n$/)
  for (const verb of ['show', 'create']) assert.equal((await command('credentials', verb)).stdout, created.stdout)
  const rotated = await command('credentials', 'rotate')
  assert.notEqual(rotated.stdout, created.stdout)

  await using server = await startTestServer({ dataDirectory })
  await stsClient(server, keyIn(rotated.stdout)).send(new GetCallerIdentityCommand({}))
  const old = stsClient(server, keyIn(created.stdout)).send(new GetCallerIdentityCommand({}))
  assert.equal((await refusalOf(old)).code, 'InvalidClientTokenId')
  assert.equal((await command('credentials', 'show')).stdout, rotated.stdout)
  for (const words of [
    ['credentials', 'rotate'],
    ['secret-key', 'rotate'],
  ]) {
    const refused = await command(...words)
    assert.deepEqual([refused.code, refused.stdout], [1, ''])
    assert.match(refused.stderr, /^lambent: Another server is using the data directory /)
  }
})

test('after the secret key was replaced keys and variables work, and temporary keys have ended', async (t) => {
  const { dataDirectory, command } = commandsOn(t)
  const before = await startTestServer({ dataDirectory })
  const user = await createUser(before, 'alice')
  const { Credentials } = await stsClient(before, user).send(new GetSessionTokenCommand({}))
  const temporary = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  }
  await createFunction(before, {
    FunctionName: 'f',
    Environment: { Variables: { WORD: 'kept' } },
    code: { 'index.mjs': 'export const handler = async () => process.env.WORD' },
  })
  await before.stop()
  assert.deepEqual(await command('secret-key', 'rotate'), { code: 0, stdout: '', stderr: '' })

  await using server = await startTestServer({ dataDirectory })
  await stsClient(server, user).send(new GetCallerIdentityCommand({}))
  const ended = stsClient(server, temporary).send(new GetCallerIdentityCommand({}))
  assert.equal((await refusalOf(ended)).code, 'InvalidClientTokenId')
  assert.equal((await invoke(server, 'f')).payload, 'kept')
})

test('other words are answered with the usage', async (t) => {
  const { command } = commandsOn(t)
  for (const words of [[], ['credentials'], ['credentials', 'forget']]) {
    const { code, stderr } = await command(...words)
    assert.equal(code, 1)
    assert.match(stderr, /usage: npm run lambent -- COMMAND/)
  }
})
