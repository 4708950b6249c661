import { parseArgs } from 'node:util'
import { BadOption } from '../bad-option.ts'
import { askServer, type Server } from './ask-server.ts'
import { explained, readServer, serverOptions, serverUsage, type Variables } from './server-options.ts'

const commands: Readonly<Record<string, { readonly help: string; run(asked: Asked): Promise<void> }>> = {
  status: { help: 'events that wait, messages that wait for targets, and what has become of others', run: printStatus },
  list: { help: 'events that failed and were handed over to nobody, the newest first', run: printList },
  show: { help: 'one of them, with payload and response (ID)', run: show },
  replay: { help: 'runs one again (ID), or those of --function, or --all', run: replay },
  purge: { help: 'deletes those of --function, or --all', run: purge },
}

export const eventsUsage = [
  ...Object.entries(commands).map(([verb, { help }]) => `  events ${verb.padEnd(7)} ${help}`),
  serverUsage,
].join('\n')

interface Asked extends Server {
  readonly id: string | undefined
  /** The query that says which events are meant; undefined when nothing does. */
  readonly which: string | undefined
}

/** Asks a running server about its events. */
export async function runEventsCommand(args: readonly (string | undefined)[], environment: Variables): Promise<void> {
  const { verb = '', ...asked } = read(
    args.filter((arg) => arg !== undefined),
    environment,
  )
  const command = commands[verb]
  if (!command) throw new BadOption(`usage: npm run lambent -- COMMAND\n${eventsUsage}`)
  await command.run(asked)
}

const options = { ...serverOptions, function: { type: 'string' }, all: { type: 'boolean' } } as const

function read(args: readonly string[], environment: Variables): Asked & { readonly verb: string | undefined } {
  const { positionals, values } = parse(args)
  const [verb, id] = positionals
  return {
    verb,
    id,
    which: whichOf(values, id),
    ...readServer(values, environment),
  }
}

function whichOf({ function: name, all }: ReturnType<typeof parse>['values'], id?: string): string | undefined {
  if (name === '') throw new BadOption('--function has no name')
  if ([name, all, id].filter((given) => given !== undefined).length > 1)
    throw new BadOption('say one of them only: --function NAME, --all, or a number')
  if (name !== undefined) return String(new URLSearchParams({ function: name }))
  return all === true ? 'all=true' : undefined
}

const parse = (args: readonly string[]) =>
  explained(() => parseArgs({ args: [...args], options, allowPositionals: true }))

async function printStatus(asked: Asked): Promise<void> {
  print(await askServer(asked, 'GET', 'queue'))
}

interface Listed {
  readonly Id: number
  readonly FailedAt: string
  readonly Condition: string
  readonly Attempts: number
  readonly FunctionArn: string
  readonly RequestId: string
}

async function printList(asked: Asked): Promise<void> {
  let after: string | undefined
  do {
    const query = [asked.which, after && `after=${after}`].filter(Boolean).join('&')
    const page = (await askServer(asked, 'GET', 'events', query)) as { Events: readonly Listed[]; Next?: string }
    for (const { Id, FailedAt, Condition, Attempts, FunctionArn, RequestId } of page.Events)
      console.log([Id, FailedAt, Condition, Attempts, FunctionArn.split(':function:')[1], RequestId].join('\t'))
    after = page.Next
  } while (after !== undefined)
}

async function show(asked: Asked): Promise<void> {
  print(await askServer(asked, 'GET', `events/${expectId(asked)}`))
}

async function replay(asked: Asked): Promise<void> {
  if (asked.which === undefined) print(await askServer(asked, 'POST', `events/${expectId(asked)}/replay`))
  else print(await replayAll(asked, asked.which))
}

interface ReplayedSome {
  readonly Replayed: number
  readonly Skipped: number
  readonly Next?: string
}

async function replayAll(asked: Asked, which: string) {
  let [Replayed, Skipped] = [0, 0]
  let after: string | undefined
  do {
    const query = after === undefined ? which : `${which}&after=${after}`
    const some = (await askServer(asked, 'POST', 'events', query)) as ReplayedSome
    Replayed += some.Replayed
    Skipped += some.Skipped
    after = some.Next
  } while (after !== undefined)
  return { Replayed, Skipped }
}

async function purge(asked: Asked): Promise<void> {
  if (asked.which === undefined) throw new BadOption('say which: --function NAME, or --all')
  print(await askServer(asked, 'DELETE', 'events', asked.which))
}

function expectId({ id }: Asked): string {
  if (id === undefined || !/^\d+$/.test(id)) throw new BadOption('say which: the number that `events list` shows')
  return id
}

const print = (answer: unknown) => console.log(JSON.stringify(answer, undefined, 2))
