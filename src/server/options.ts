import { statSync } from 'node:fs'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { ImageOptions } from '#store'
import type { AwsService } from './aws/aws-clients.ts'
import { BadOption } from './bad-option.ts'
import { readTls, type Tls } from './tls.ts'

/** How the server was asked to run. */
export interface ServerOptions {
  readonly port: number
  readonly host: string
  readonly dataDirectory: string
  /** Interpreters that were fetched; several servers may share it. */
  readonly runtimesDirectory: string
  readonly region: string
  /** The server's own. */
  readonly account: string
  /** More accounts, each with functions, users and roles of its own. */
  readonly furtherAccounts: readonly string[]
  /** The organization that the accounts are in, if they are in one. */
  readonly organizationId?: string
  readonly auth: 'iam' | 'none'
  /** What the port speaks TLS with; undefined: plain HTTP. */
  readonly tls?: Tls
  readonly isolation: 'bubblewrap' | 'process'
  /** What functions reach: the host's network, or nothing beyond their own environment. */
  readonly network: 'host' | 'none'
  /** What all environments together may take; undefined: a share of what the machine has. */
  readonly memoryMb?: number
  /** What the code of all functions and layers of an account may take. */
  readonly codeLimitBytes: number
  /** Where container images come from, and how large they may be. */
  readonly images: ImageOptions
  /** Directories by the ARN of the access point that they stand for. */
  readonly fileSystems: ReadonlyMap<string, string>
  /** The root user's key, when the environment presets it. */
  readonly presetRootKey?: KeyPair
  /** How long events that failed and were handed over to nobody are kept. */
  readonly failedEventHours: number
  /** What speaks like AWS's other services, where it is not AWS itself. */
  readonly awsEndpoints: Readonly<Partial<Record<AwsService, string>>>
  /** The key for them, if not the one that every AWS SDK finds. */
  readonly awsKey?: KeyPair
}

interface KeyPair {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

interface Option {
  readonly default: string
  readonly help: string
  /** What the usage line shows in the place of a default. */
  readonly form?: string
  readonly check: (value: string) => boolean
}

// Each keeps a directory of logs open.
const MAX_ACCOUNTS = 20

const AWS_SERVICES: readonly AwsService[] = ['s3', 'sqs', 'sns', 'events']
const endpointOption = { default: '', form: 'URL', help: 'a URL such as http://127.0.0.1:9000', check: isEndpoint }

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
  'runtimes-dir': { default: '', form: 'DIR', help: 'a directory', check: () => true },
  region: {
    default: 'us-east-1',
    help: 'a region such as us-east-1',
    check: (value) => /^(eusc-)?[a-z]{2}(-gov|-iso[a-z]?)?-[a-z]+-\d$/.test(value),
  },
  account: { default: '000000000000', help: '12 digits', check: (value) => /^\d{12}$/.test(value) },
  accounts: {
    default: '',
    form: 'ID,ID,...',
    help: `a list of up to ${MAX_ACCOUNTS} accounts of 12 digits, separated by commas`,
    check: (value) => value === '' || (/^\d{12}(,\d{12})*$/.test(value) && value.split(',').length <= MAX_ACCOUNTS),
  },
  organization: {
    default: '',
    form: 'ID',
    help: 'the id of an organization such as o-a1b2c3d4e5',
    check: (value) => value === '' || /^o-[a-z0-9]{10,32}$/.test(value),
  },
  auth: { default: 'iam', help: 'iam or none', check: (value) => value === 'iam' || value === 'none' },
  isolation: {
    default: 'bubblewrap',
    help: 'bubblewrap or process',
    check: (value) => value === 'bubblewrap' || value === 'process',
  },
  network: { default: 'host', help: 'host or none', check: (value) => value === 'host' || value === 'none' },
  'failed-event-hours': {
    default: '24',
    help: '0 to 8760 hours',
    check: (value) => /^\d{1,4}$/.test(value) && Number(value) <= 8760,
  },
  'memory-mb': {
    default: '',
    form: 'MB',
    help: 'a number of megabytes, at least 128',
    check: (value) => value === '' || (/^[1-9]\d{2,8}$/.test(value) && Number(value) >= 128),
  },
  // AWS's 75 GB.
  'code-storage-mb': {
    default: '76800',
    help: 'a number of megabytes',
    check: isMegabytes,
  },
  // AWS's 10 GB.
  'image-mb': { default: '10240', help: 'a number of megabytes', check: isMegabytes },
  'image-auth-file': { default: '', form: 'FILE', help: 'a file', check: () => true },
  'image-layouts': { default: '', form: 'DIR', help: 'a directory', check: () => true },
  'tls-cert': { default: '', form: 'FILE', help: 'a file', check: () => true },
  'tls-key': { default: '', form: 'FILE', help: 'a file', check: () => true },
  'aws-endpoint': endpointOption,
  's3-endpoint': endpointOption,
  'sqs-endpoint': endpointOption,
  'sns-endpoint': endpointOption,
  'events-endpoint': endpointOption,
} as const satisfies Readonly<Record<string, Option>>

/** May be given again and again; LAMBENT_FILE_SYSTEMS separates them by commas. */
const FILE_SYSTEM = 'file-system'

/** A registry that may be spoken to without TLS; again and again, or LAMBENT_INSECURE_REGISTRIES with commas. */
const INSECURE_REGISTRY = 'insecure-registry'

/** Serves other machines without TLS; it takes no value. */
const INSECURE = 'insecure'

type OptionName = keyof typeof options

export const usage = `usage: npm start -- ${Object.entries(options)
  .map(([name, option]: [string, Option]) => `[--${name} ${option.form ?? option.default}]`)
  .join(' ')} [--${INSECURE}] [--${FILE_SYSTEM} ARN=DIR]... [--${INSECURE_REGISTRY} HOST:PORT]...`

export function readOptions(argv: readonly string[], environment: Variables): ServerOptions {
  const {
    [FILE_SYSTEM]: mounts,
    [INSECURE_REGISTRY]: registries,
    [INSECURE]: insecure,
    ...given
  } = parseArguments(argv)
  const value = (name: OptionName): string => {
    const variable = `LAMBENT_${name.toUpperCase().replaceAll('-', '_')}`
    const [source, text] = given[name] === undefined ? [variable, environment[variable]] : [`--${name}`, given[name]]
    if (text === undefined) return options[name].default
    if (!options[name].check(text)) throw new BadOption(`${source}: '${text}' is not ${options[name].help}`)
    return text
  }
  const dataDirectory = resolve(value('data-dir'))
  const runtimes = value('runtimes-dir')
  const account = value('account')
  const organizationId = value('organization')
  const preset = presetRootKey(environment)
  const tls = readTls(value('tls-cert'), value('tls-key'))
  const awsKey = keyPair(environment, 'LAMBENT_AWS')
  const memoryMb = value('memory-mb')
  const read: ServerOptions = {
    port: Number(value('port')),
    host: value('host'),
    dataDirectory,
    runtimesDirectory: runtimes === '' ? resolve(dataDirectory, 'runtimes') : resolve(runtimes),
    region: value('region'),
    account,
    furtherAccounts: [...new Set(value('accounts').split(','))].filter((other) => other !== '' && other !== account),
    auth: value('auth') as ServerOptions['auth'],
    isolation: value('isolation') as ServerOptions['isolation'],
    network: value('network') as ServerOptions['network'],
    failedEventHours: Number(value('failed-event-hours')),
    ...(memoryMb !== '' && { memoryMb: Number(memoryMb) }),
    codeLimitBytes: Number(value('code-storage-mb')) * 1024 * 1024,
    images: {
      insecureRegistries: registries ?? environment.LAMBENT_INSECURE_REGISTRIES?.split(',') ?? [],
      limitBytes: Number(value('image-mb')) * 1024 * 1024,
      ...existing('authFile', '--image-auth-file', value('image-auth-file')),
      ...existing('layoutsDirectory', '--image-layouts', value('image-layouts')),
    },
    fileSystems: readFileSystems(mounts ?? environment.LAMBENT_FILE_SYSTEMS?.split(',') ?? []),
    ...(organizationId !== '' && { organizationId }),
    ...(preset && { presetRootKey: preset }),
    ...(tls && { tls }),
    awsEndpoints: Object.fromEntries(
      AWS_SERVICES.map((service) => [service, value(`${service}-endpoint`) || value('aws-endpoint')] as const).filter(
        ([, endpoint]) => endpoint !== '',
      ),
    ),
    ...(awsKey && { awsKey }),
  }
  if (read.auth === 'none' && !isLoopback(read.host))
    throw new BadOption(`--auth none accepts anybody, so it listens on a loopback address only, not on ${read.host}`)
  if (!tls && !insecure && !/^(1|true)$/.test(environment.LAMBENT_INSECURE ?? '') && !isLoopback(read.host))
    throw new BadOption(
      `--host ${read.host} is reached by other machines: give --tls-cert and --tls-key, or --${INSECURE} to do without`,
    )
  if (read.isolation === 'process' && read.network === 'none')
    throw new BadOption(
      "--network none needs --isolation bubblewrap: a process without namespaces has the host's network",
    )
  if (read.isolation === 'process' && read.fileSystems.size > 0)
    throw new BadOption(`--${FILE_SYSTEM} needs --isolation bubblewrap: a process without namespaces has no mounts`)
  return read
}

/** The path as an option of this name; nothing when it was not given. */
function existing<Name extends string>(name: Name, option: string, path: string): { readonly [_ in Name]?: string } {
  if (path === '') return {}
  if (!statSync(path, { throwIfNoEntry: false })) throw new BadOption(`${option}: '${path}' does not exist`)
  return { [name]: resolve(path) } as { readonly [_ in Name]: string }
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

type Arguments = { readonly [Name in OptionName]?: string } & {
  readonly [FILE_SYSTEM]?: readonly string[]
  readonly [INSECURE_REGISTRY]?: readonly string[]
  readonly [INSECURE]?: boolean
}

function parseArguments(argv: readonly string[]): Arguments {
  try {
    const single = Object.keys(options).map((name) => [name, { type: 'string' as const }])
    const names = {
      ...Object.fromEntries(single),
      [FILE_SYSTEM]: { type: 'string' as const, multiple: true },
      [INSECURE_REGISTRY]: { type: 'string' as const, multiple: true },
      [INSECURE]: { type: 'boolean' as const },
    }
    return parseArgs({ args: [...argv], options: names, allowPositionals: false }).values as Arguments
  } catch (error) {
    throw new BadOption(`${error instanceof Error ? error.message.split('. ')[0] : error}; ${usage}`)
  }
}

type Variables = Readonly<Record<string, string | undefined>>

function presetRootKey(environment: Variables): KeyPair | undefined {
  const key = keyPair(environment, 'LAMBENT_ROOT')
  if (key && !/^\w{16,128}$/.test(key.accessKeyId))
    throw new BadOption('LAMBENT_ROOT_ACCESS_KEY_ID must have 16 to 128 letters and digits')
  return key
}

function keyPair(environment: Variables, prefix: string): KeyPair | undefined {
  const names = [`${prefix}_ACCESS_KEY_ID`, `${prefix}_SECRET_ACCESS_KEY`] as const
  const [accessKeyId, secretAccessKey] = [environment[names[0]], environment[names[1]]]
  if (!accessKeyId && !secretAccessKey) return undefined
  if (!accessKeyId || !secretAccessKey) throw new BadOption(`${names.join(' and ')} must be set together`)
  return { accessKeyId, secretAccessKey }
}

function isMegabytes(value: string): boolean {
  return /^[1-9]\d{0,8}$/.test(value)
}

function isEndpoint(value: string): boolean {
  const url = URL.parse(value)
  return value === '' || url?.protocol === 'http:' || url?.protocol === 'https:'
}

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
