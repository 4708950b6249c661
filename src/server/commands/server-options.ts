import { resolve } from 'node:path'
import { BadOption } from '../bad-option.ts'
import type { Server } from './ask-server.ts'

export type Variables = Readonly<Record<string, string | undefined>>

const text = { type: 'string' } as const

/** Which server a command is for, and as whom to ask it. */
export const serverOptions = { url: text, 'data-dir': text, region: text, account: text } as const

export const serverUsage =
  '  with [--url http://127.0.0.1:4566] [--data-dir .lambent] [--region us-east-1] [--account ID]'

type Values = { readonly [Name in keyof typeof serverOptions]?: string | undefined }

export const readServer = (values: Values, environment: Variables): Server => ({
  url: values.url ?? `http://127.0.0.1:${environment.LAMBENT_PORT ?? 4566}`,
  region: values.region ?? environment.LAMBENT_REGION ?? 'us-east-1',
  dataDirectory: resolve(values['data-dir'] ?? environment.LAMBENT_DATA_DIR ?? '.lambent'),
  account: values.account,
})

/** What a parser says of an option that is none, as a line for the user. */
export function explained<Parsed>(parse: () => Parsed): Parsed {
  try {
    return parse()
  } catch (error) {
    throw new BadOption(error instanceof Error ? error.message : String(error))
  }
}
