import { oddTexts, oddValues } from './inputs.ts'
import type { Random } from './random.ts'
import type { ServiceRequest } from './requests.ts'

type Mutation = (request: ServiceRequest, random: Random) => ServiceRequest

/** Up to three changes, and often none. */
export function mutate(request: ServiceRequest, random: Random): ServiceRequest {
  let changed = request
  for (let left = random.chance(0.5) ? 0 : 1 + random.int(3); left > 0; left--)
    changed = random.pick(mutations)(changed, random)
  return changed
}

const mutations: readonly Mutation[] = [
  (request, random) => ({ ...request, body: changeText(request.body, random) }),
  (request, random) => ({ ...request, body: changeJson(request.body, random) }),
  (request, random) => ({ ...request, body: changeJson(request.body, random) }),
  (request, random) => ({ ...request, path: changePath(request.path, random) }),
  (request, random) => ({ ...request, path: changeQuery(request.path, random) }),
  (request, random) => ({ ...request, method: random.pick(METHODS) }),
  (request, random) => ({ ...request, headers: { ...request.headers, ...oddHeader(random) } }),
  (request, random) => ({ ...request, signingName: random.pick(['lambda', 'iam', 'sts', 'logs', 's3']) }),
]

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND', 'TRACE']

export function changeText(text: string, random: Random): string {
  const at = random.int(text.length + 1)
  const length = 1 + random.int(8)
  switch (random.int(5)) {
    case 0:
      return text.slice(0, at) + String.fromCharCode(random.int(256)) + text.slice(at + 1)
    case 1:
      return text.slice(0, at) + text.slice(at + length)
    case 2:
      return text.slice(0, at + length) + text.slice(at)
    case 3:
      return text.slice(0, at) + random.pick(oddTexts) + text.slice(at)
    default:
      return text.slice(0, at)
  }
}

/** Another value at some place of the document, or another name. */
function changeJson(text: string, random: Random): string {
  try {
    const document: unknown = JSON.parse(text)
    if (random.chance(0.05)) return '['.repeat(random.int(3_000)) + text
    return JSON.stringify(changeValue(document, random))
  } catch {
    return changeText(text, random)
  }
}

function changeValue(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.2)) return random.pick(oddValues)
  const entries = Object.entries(value)
  if (entries.length === 0) return random.pick(oddValues)
  const at = random.int(entries.length)
  const changed = entries.map(([name, inner], index): [string, unknown] =>
    index === at ? [random.chance(0.1) ? random.pick(oddTexts) : name, changeValue(inner, random)] : [name, inner],
  )
  return Array.isArray(value) ? changed.map(([, inner]) => inner) : Object.fromEntries(changed)
}

const SEGMENTS = ['', '.', '..', '%2e%2e', '%2F', '%', '%00', '%ff', 'a%20b', '*', 'x'.repeat(300)]

function changePath(target: string, random: Random): string {
  const [path = '/', ...query] = target.split('?')
  const segments = path.split('/')
  const at = 1 + random.int(segments.length)
  const segment = random.chance(0.7) ? random.pick(SEGMENTS) : encodeURIComponent(random.pick(oddTexts).toWellFormed())
  const changed = random.chance(0.5)
    ? segments.with(Math.min(at, segments.length - 1), segment)
    : segments.toSpliced(at, 0, segment)
  return [changed.join('/') || '/', ...query].join('?')
}

const PARAMETERS = [
  'Qualifier',
  'MaxItems',
  'Marker',
  'FunctionVersion',
  'find',
  'X-Amz-Signature',
  'X-Amz-Algorithm',
  '__proto__',
  '',
]

function changeQuery(target: string, random: Random): string {
  const value = random.chance(0.5)
    ? random.pick(oddTexts)
    : random.pick(['1', '0', '-1', '10000', '$LATEST', 'LayerVersion'])
  const pair = `${random.pick(PARAMETERS)}=${encodeURIComponent(value.toWellFormed())}`
  return `${target}${target.includes('?') ? '&' : '?'}${pair}`
}

const HEADERS = [
  'X-Amz-Invocation-Type',
  'X-Amz-Log-Type',
  'X-Amz-Client-Context',
  'X-Amzn-Trace-Id',
  'X-Amz-Target',
  'X-Amz-Security-Token',
  'Content-Type',
  'Content-Encoding',
  'Origin',
  'Accept',
  'User-Agent',
  'If-None-Match',
  'Range',
]
const HEADER_VALUES = [
  '',
  'Event',
  'DryRun',
  'Tail',
  'e30=',
  'bnVsbA==',
  '!',
  'Root=1-2-3;Sampled=9',
  'gzip',
  '\u00ff',
  'x'.repeat(4_000),
]

const oddHeader = (random: Random) => ({ [random.pick(HEADERS)]: random.pick(HEADER_VALUES) })
