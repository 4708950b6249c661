import { newRootKey, type RootKey } from '#auth'
import { systemClock } from '#base'
import { lockDataDirectory, rotateSecretKey } from '#store'
import { explain } from './explain.ts'
import { BadOption, readOptions, type ServerOptions } from './options.ts'
import { openRootCredentials, readCredentials, writeCredentials } from './root-credentials.ts'

// Commands about a data directory. Those that change it are refused while a server has it.

interface Command {
  readonly help: string
  run(options: ServerOptions): Promise<void>
}

const commands: Readonly<Record<string, Command>> = {
  'credentials show': { help: 'prints the root credentials', run: showCredentials },
  'credentials create': { help: 'makes root credentials if there are none, and prints them', run: createCredentials },
  'credentials rotate': { help: 'replaces the root credentials, and prints the new ones', run: rotateCredentials },
  'secret-key rotate': {
    help: 'seals all secrets anew; temporary keys that were issued so far end',
    run: ({ dataDirectory }) => rotateSecretKey(dataDirectory, systemClock.now()),
  },
}

const usage = [
  'usage: npm run lambent -- COMMAND [--data-dir DIR] [--account 000000000000]',
  ...Object.entries(commands).map(([name, { help }]) => `  ${name.padEnd(20)} ${help}`),
].join('\n')

try {
  const [noun, verb, ...options] = process.argv.slice(2)
  const command = commands[`${noun} ${verb}`]
  if (!command) throw new BadOption(usage)
  await command.run(readOptions(options, process.env))
} catch (error) {
  console.error(`lambent: ${explain(error)}`)
  process.exit(1)
}

async function showCredentials({ dataDirectory }: ServerOptions): Promise<void> {
  const key = await readCredentials(dataDirectory)
  if (!key) throw new BadOption(`there are no root credentials in ${dataDirectory} yet`)
  print(key)
}

async function createCredentials({ dataDirectory, presetRootKey, account }: ServerOptions): Promise<void> {
  const lock = await lockDataDirectory(dataDirectory)
  try {
    print((await openRootCredentials(dataDirectory, presetRootKey, account)).key)
  } finally {
    lock.release()
  }
}

async function rotateCredentials({ dataDirectory, presetRootKey, account }: ServerOptions): Promise<void> {
  if (presetRootKey) throw new BadOption('the root credentials are preset in the environment: change them there')
  const lock = await lockDataDirectory(dataDirectory)
  try {
    const key = newRootKey(account)
    await writeCredentials(dataDirectory, key)
    print(key)
  } finally {
    lock.release()
  }
}

/** As a shell takes them. */
function print({ accessKeyId, secretAccessKey }: RootKey): void {
  console.log(`AWS_ACCESS_KEY_ID=${accessKeyId}\nAWS_SECRET_ACCESS_KEY=${secretAccessKey}`)
}
