import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { BadOption } from '../bad-option.ts'
import { askServer, type Server } from './ask-server.ts'
import { explained, readServer, serverOptions, serverUsage, type Variables } from './server-options.ts'

const commands: Readonly<Record<string, { readonly help: string; run(asked: Asked): Promise<void> }>> = {
  pull: { help: "takes a runtime from a container image (RUNTIME [IMAGE], or AWS's own)", run: pull },
  list: { help: 'the runtimes that are taken from images: runtime, image, digest, size', run: list },
  remove: { help: 'takes a runtime from the host again (RUNTIME)', run: remove },
}

export const runtimesUsage = [
  ...Object.entries(commands).map(([verb, { help }]) => `  runtimes ${verb.padEnd(6)} ${help}`),
  serverUsage,
].join('\n')

interface Asked extends Server {
  readonly runtime: string | undefined
  readonly image: string | undefined
}

// Images of some hundred megabytes take minutes.
const ASK_EVERY_MS = 500

/** Asks a running server about the images that it takes runtimes from. */
export async function runRuntimesCommand(args: readonly (string | undefined)[], environment: Variables): Promise<void> {
  const given = args.filter((arg) => arg !== undefined)
  const { positionals, values } = explained(() =>
    parseArgs({ args: given, options: serverOptions, allowPositionals: true }),
  )
  const [verb = '', runtime, image, ...rest] = positionals
  const command = commands[verb]
  if (!command || rest.length > 0) throw new BadOption(`usage: npm run lambent -- COMMAND\n${runtimesUsage}`)
  await command.run({ ...readServer(values, environment), runtime, image })
}

interface Pulled {
  readonly Runtime: string
  readonly Image: string
  readonly Digest: string
  readonly SizeBytes: number
  readonly Interpreter?: string
}

interface State {
  readonly State: 'pulling' | 'ready' | 'failed'
  readonly Reason?: string
  readonly Pulled?: Pulled
}

async function pull(asked: Asked): Promise<void> {
  const path = pathOf(asked)
  const query = asked.image === undefined ? '' : String(new URLSearchParams({ image: asked.image }))
  const begun = (await askServer(asked, 'POST', path, query)) as { ResolvedImage: string; Digest: string }
  console.log(`pulling ${begun.ResolvedImage}`)
  for (;;) {
    const { State: state, Reason: reason, Pulled: pulled } = (await askServer(asked, 'GET', path)) as State
    if (state === 'failed') throw new BadOption(reason ?? 'the image could not be pulled')
    if (state === 'ready') return console.log(describe(expected(begun.Digest, pulled)))
    await sleep(ASK_EVERY_MS)
  }
}

/** A server that was started anew knows nothing of the pull, and somebody else may have pulled another image since. */
function expected(digest: string, pulled: Pulled | undefined): Pulled {
  if (pulled?.Digest !== digest) throw new BadOption('the pull was given up, or another one came after it')
  return pulled
}

const describe = ({ Runtime, Digest, SizeBytes, Interpreter }: Pulled) =>
  [`${Runtime} is ready: ${Digest}`, megabytes(SizeBytes), ...(Interpreter ? [`with ${Interpreter}`] : [])].join(', ')

async function list(asked: Asked): Promise<void> {
  const { Runtimes } = (await askServer(asked, 'GET', 'runtimes')) as { readonly Runtimes: readonly Pulled[] }
  for (const { Runtime, Image, Digest, SizeBytes } of Runtimes)
    console.log([Runtime, Image, Digest, megabytes(SizeBytes)].join('\t'))
}

async function remove(asked: Asked): Promise<void> {
  const { Removed } = (await askServer(asked, 'DELETE', pathOf(asked))) as { readonly Removed: Pulled }
  console.log(`${Removed.Runtime} is not taken from ${Removed.Image} any more; its files go when nobody needs them`)
}

function pathOf({ runtime }: Asked): string {
  if (runtime === undefined) throw new BadOption('say which runtime, such as python3.13')
  return `runtimes/${encodeURIComponent(runtime)}`
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1024 ** 2)} MB`
