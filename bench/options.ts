import { parseArgs } from 'node:util'

export interface Options {
  /** Fewer rounds and smaller numbers: a minute instead of five. */
  readonly isQuick: boolean
  /** Names of measurements; empty: all of them. */
  readonly only: readonly string[]
  readonly isMarkdown: boolean
  /** A missed bar fails the run. */
  readonly isEnforced: boolean
}

/** A mistake in the command line: its message is all that the user needs. */
export class BadOption extends Error {}

export const usage = 'usage: npm run bench [-- --quick] [--only NAME,NAME] [--markdown] [--enforce]'

export function readOptions(argv: readonly string[], names: readonly string[]): Options {
  const { quick, only, markdown, enforce } = parse(argv)
  const chosen = only?.split(',') ?? []
  const unknown = chosen.filter((name) => !names.includes(name))
  if (unknown.length > 0) throw new BadOption(`--only ${unknown}: there are ${names.join(', ')}`)
  return { isQuick: quick, only: chosen, isMarkdown: markdown, isEnforced: enforce }
}

function parse(argv: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const
  const options = { quick: flag, only: { type: 'string' }, markdown: flag, enforce: flag } as const
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: false }).values
  } catch (error) {
    throw new BadOption(`${error instanceof Error ? error.message.split('. ')[0] : error}; ${usage}`)
  }
}
