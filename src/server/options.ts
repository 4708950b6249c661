import { statSync } from 'node:fs'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

/** How the server was asked to run. */
export interface ServerOptions {
  readonly port: number
  readonly host: string
  readonly dataDirectory: string
  /** Interpreters that were fetched; several servers may share it. */
  readonly runtimesDirectory: string
  readonly region: string
  readonly account: string
  readonly auth: 'iam' | 'none'
  readonly isolation: 'bubblewrap' | 'process'
  /** Directories by the ARN of the access point that they stand for. */
  readonly fileSystems: ReadonlyMap<string, string>
  /** The root user's key, when the environment presets it. */
  readonly presetRootKey?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** A mistake in the command line or the environment: its message is all that the user needs. */
export class BadOption extends Error {}

interface Option {
  readonly default: string
  readonly help: string
  readonly check: (value: string) => boolean
}

/** Each is also read from LAMBENT_<NAME>, such as LAMBENT_DATA_DIR; the command line wins. */
const options = {
  port: {
    default: '4566',
    help: '0 to 65535; 0 takes a free port',
    check: (value) => /^\d{1,5}$/.test(value) && Number(value) <= 65535,
  },
  host: {
    default: '127.0.0.1',
    help: 'an address or name to listen on',
    check: (value) => /^[a-zA-Z0-9.:_-]+$/.test(value),
  },
  'data-dir': { default: '.lambent', help: 'a directory', check: (value) => value !== '' },
  'runtimes-dir': { default: '', help: 'a directory', check: () => true },
  region: {
    default: 'us-east-1',
    help: 'a region such as us-east-1',
    check: (value) => /^(eusc-)?[a-z]{2}(-gov|-iso[a-z]?)?-[a-z]+-\d$/.test(value),
  },
  account: { default: '000000000000', help: '12 digits', check: (value) => /^\d{12}$/.test(value) },
  auth: { default: 'iam', help: 'iam or none', check: (value) => value === 'iam' || value === 'none' },
  isolation: {
    default: 'bubblewrap',
    help: 'bubblewrap or process',
    check: (value) => value === 'bubblewrap' || value === 'process',
  },
} as const satisfies Readonly<Record<string, Option>>

/** May be given again and again; LAMBENT_FILE_SYSTEMS separates them by commas. */
const FILE_SYSTEM = 'file-system'

type OptionName = keyof typeof options

export const usage = `usage: npm start -- ${Object.entries(options)
  .map(([name, option]) => `[--${name} ${option.default || 'DIR'}]`)
  .join(' ')} [--${FILE_SYSTEM} ARN=DIR]...`

export function readOptions(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ServerOptions {
  const { [FILE_SYSTEM]: mounts, ...given } = parseArguments(argv)
  const value = (name: OptionName): string => {
    const variable = `LAMBENT_${name.toUpperCase().replace('-', '_')}`
    const [source, text] = given[name] === undefined ? [variable, environment[variable]] : [`--${name}`, given[name]]
    if (text === undefined) return options[name].default
    if (!options[name].check(text)) throw new BadOption(`${source}: '${text}' is not ${options[name].help}`)
    return text
  }
  const dataDirectory = resolve(value('data-dir'))
  const runtimes = value('runtimes-dir')
  const preset = presetRootKey(environment)
  const read: ServerOptions = {
    port: Number(value('port')),
    host: value('host'),
    dataDirectory,
    runtimesDirectory: runtimes === '' ? resolve(dataDirectory, 'runtimes') : resolve(runtimes),
    region: value('region'),
    account: value('account'),
    auth: value('auth') as ServerOptions['auth'],
    isolation: value('isolation') as ServerOptions['isolation'],
    fileSystems: readFileSystems(mounts ?? environment.LAMBENT_FILE_SYSTEMS?.split(',') ?? []),
    ...(preset && { presetRootKey: preset }),
  }
  if (read.auth === 'none' && !isLoopback(read.host))
    throw new BadOption(`--auth none accepts anybody, so it listens on a loopback address only, not on ${read.host}`)
  if (read.isolation === 'process' && read.fileSystems.size > 0)
    throw new BadOption(`--${FILE_SYSTEM} needs --isolation bubblewrap: a process without namespaces has no mounts`)
  return read
}

const ACCESS_POINT = /^(arn:aws[a-z-]*:(?:elasticfilesystem|s3files):[^=]+)=(.+)$/

function readFileSystems(given: readonly string[]): ReadonlyMap<string, string> {
  const pairs = given.map((text) => {
    const [, arn, directory] = ACCESS_POINT.exec(text) ?? []
    if (arn === undefined || directory === undefined)
      throw new BadOption(`--${FILE_SYSTEM}: '${text}' is not <access point ARN>=<directory>`)
    if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory())
      throw new BadOption(`--${FILE_SYSTEM}: '${directory}' is not a directory`)
    return [arn, resolve(directory)] as const
  })
  return new Map(pairs)
}

type Arguments = { readonly [Name in OptionName]?: string } & { readonly [FILE_SYSTEM]?: readonly string[] }

function parseArguments(argv: readonly string[]): Arguments {
  try {
    const single = Object.keys(options).map((name) => [name, { type: 'string' as const }])
    const names = { ...Object.fromEntries(single), [FILE_SYSTEM]: { type: 'string' as const, multiple: true } }
    return parseArgs({ args: [...argv], options: names, allowPositionals: false }).values as Arguments
  } catch (error) {
    throw new BadOption(`${error instanceof Error ? error.message.split('. ')[0] : error}; ${usage}`)
  }
}

function presetRootKey(environment: Readonly<Record<string, string | undefined>>): ServerOptions['presetRootKey'] {
  const { LAMBENT_ROOT_ACCESS_KEY_ID: accessKeyId, LAMBENT_ROOT_SECRET_ACCESS_KEY: secretAccessKey } = environment
  if (!accessKeyId && !secretAccessKey) return undefined
  if (!accessKeyId || !secretAccessKey)
    throw new BadOption('LAMBENT_ROOT_ACCESS_KEY_ID and LAMBENT_ROOT_SECRET_ACCESS_KEY must be set together')
  if (!/^\w{16,128}$/.test(accessKeyId))
    throw new BadOption('LAMBENT_ROOT_ACCESS_KEY_ID must have 16 to 128 letters and digits')
  return { accessKeyId, secretAccessKey }
}

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
