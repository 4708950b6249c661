import { newRootKey, type RootKey } from '#auth'
import { systemClock } from '#base'
import { lockDataDirectory, rotateSecretKey } from '#store'
import { BadOption } from './bad-option.ts'
import { eventsUsage, runEventsCommand } from './commands/events.ts'
import { runRuntimesCommand, runtimesUsage } from './commands/runtimes.ts'
import { explain } from './explain.ts'
import { readOptions, type ServerOptions } from './options.ts'
import { type Accounts, keepRootKeys, openRootCredentials, readRootKeys } from './root-credentials.ts'

// Commands about a data directory, which are refused while a server has it if they change it; and about the events and
// runtimes of a server that runs.

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
  'usage: npm run lambent -- COMMAND [--data-dir DIR] [--account 000000000000] [--accounts ID,ID,...]',
  ...Object.entries(commands).map(([name, { help }]) => `  ${name.padEnd(20)} ${help}`),
  eventsUsage,
  runtimesUsage,
].join('\n')

try {
  const [noun, verb, ...options] = process.argv.slice(2)
  const command = commands[`${noun} ${verb}`]
  if (noun === 'events') await runEventsCommand([verb, ...options], process.env)
  else if (noun === 'runtimes') await runRuntimesCommand([verb, ...options], process.env)
  else if (command) await command.run(readOptions(options, process.env))
  else throw new BadOption(usage)
} catch (error) {
  console.error(`lambent: ${explain(error)}`)
  process.exit(1)
}

async function showCredentials(options: ServerOptions): Promise<void> {
  const keys = await readRootKeys(options.dataDirectory, accountsOf(options))
  if (keys.size === 0) throw new BadOption(`there are no root credentials in ${options.dataDirectory} yet`)
  print(keys)
}

async function createCredentials(options: ServerOptions): Promise<void> {
  const { dataDirectory, presetRootKey } = options
  await whileLocked(dataDirectory, async () =>
    print((await openRootCredentials(dataDirectory, accountsOf(options), presetRootKey)).keys),
  )
}

async function rotateCredentials(options: ServerOptions): Promise<void> {
  const { dataDirectory, presetRootKey, account: own } = options
  if (presetRootKey) throw new BadOption('the root credentials are preset in the environment: change them there')
  await whileLocked(dataDirectory, async () => {
    const keys = new Map(accountsOf(options).map((account) => [account, newRootKey(account)]))
    await keepRootKeys(dataDirectory, own, keys)
    print(keys)
  })
}

async function whileLocked(dataDirectory: string, act: () => Promise<void>): Promise<void> {
  const lock = await lockDataDirectory(dataDirectory)
  try {
    await act()
  } finally {
    lock.release()
  }
}

function accountsOf({ account, furtherAccounts }: ServerOptions): Accounts {
  return [account, ...furtherAccounts]
}

/** As a shell takes them. */
function print(keys: ReadonlyMap<string, RootKey>): void {
  for (const [account, { accessKeyId, secretAccessKey }] of keys)
    console.log(
      `${keys.size > 1 ? `# ${account}\n` : ''}AWS_ACCESS_KEY_ID=${accessKeyId}\nAWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
    )
}
