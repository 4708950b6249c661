import { isUtf8 } from 'node:buffer'
import { readdirSync, readFileSync } from 'node:fs'
import { AddPermissionCommand } from '@aws-sdk/client-lambda'
import { createFunction, executionRole, invoke, lambdaClient } from '../support/clients.ts'
import { createUrl } from '../support/function-urls.ts'
import { poll } from '../support/poll.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type RequestText, signedText, textOf } from '../support/signed-text.ts'
import { attack, type Verdict } from './attacks.ts'
import { mutate } from './mutate.ts'
import { createRandom, type Random } from './random.ts'
import { inventRequest, type ServiceRequest } from './requests.ts'
import { type Answer, talk } from './wire.ts'

export interface FuzzOptions {
  readonly seed: number
  readonly seconds: number
  /** Begins here, which is how one case is had again. */
  readonly first: number
  readonly cases: number
}

export interface FuzzReport {
  readonly cases: number
  /** How often which status came. */
  readonly statuses: ReadonlyMap<number | undefined, number>
  /** Each with the number of its case. */
  readonly failures: readonly string[]
}

// As many connections as a busy client has; more would only wait for the processor.
const AT_ONCE = 8
// A server that has met all this is larger than an idle one, by what is stored and by what V8 has not collected yet.
const MAX_RESIDENT_BYTES = 805_306_368
// What is open in an idle server, with a few environments; connections of clients that are gone must not stay.
const MAX_OPEN_FILES = 200
// More would bury the first.
const MAX_FAILURES = 20

/** Sends what nobody should send to a server of its own, and tells what it should not have done. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  await using server = await startTestServer()
  const target: Target = { server, urlHost: await openEcho(server) }
  const { seed, first, cases } = options
  const statuses = new Map<number | undefined, number>()
  const failures: string[] = []
  const deadline = Date.now() + options.seconds * 1_000
  let next = first
  const work = async () => {
    while (next < first + cases && Date.now() < deadline && failures.length < MAX_FAILURES) {
      const number = next++
      const [status, verdict] = await tryOne(target, createRandom(Math.imul(seed, 0x9e3779b1) + number))
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (verdict !== undefined) failures.push(`case ${number}: ${verdict}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  failures.push(...(await conditionOf(server)))
  return { cases: next - first, statuses, failures }
}

/** Whether it still serves, has said anything about a bug, and has stayed within its size. */
async function conditionOf(server: TestServer): Promise<readonly string[]> {
  const failures: string[] = []
  if (server.process.exitCode !== null || server.process.signalCode !== null) return [`it is gone:\n${server.output()}`]
  await executionRole(server, 'afterwards')
    .then((Role) => createFunction(server, { FunctionName: 'afterwards', code: 'echo-node', Role }))
    .then(() => invoke(server, 'afterwards', { still: 'here' }))
    .then(({ text }) => text === '{"still":"here"}' || failures.push(`afterwards it answers ${text}`))
    .catch((error) => failures.push(`afterwards it does not serve: ${error}`))
  const pages = Number(readFileSync(`/proc/${server.process.pid}/statm`, 'utf8').split(' ')[1])
  if (pages * 4096 > MAX_RESIDENT_BYTES) failures.push(`it takes ${pages * 4096} bytes`)
  await poll(() => openFiles(server) <= MAX_OPEN_FILES || undefined).catch(() =>
    failures.push(`it keeps ${openFiles(server)} files and connections open`),
  )
  const errors = server
    .errors()
    .split('\n')
    .filter((line) => line.includes('"level":"error"'))
  return [...failures, ...errors.slice(0, MAX_FAILURES)]
}

/** Where requests go. */
interface Target {
  readonly server: TestServer
  readonly urlHost: string
}

/** A function, and a URL of it for everybody. */
async function openEcho(server: TestServer): Promise<string> {
  await createFunction(server, { FunctionName: 'echo', code: 'echo-node' })
  await lambdaClient(server).send(
    new AddPermissionCommand({
      FunctionName: 'echo',
      StatementId: 'url',
      Action: 'lambda:InvokeFunctionUrl',
      Principal: '*',
      FunctionUrlAuthType: 'NONE',
    }),
  )
  return createUrl(server, { FunctionName: 'echo' })
}

const openFiles = ({ process: { pid } }: TestServer) => readdirSync(`/proc/${pid}/fd`).length

type Outcome = readonly [status: number | undefined, verdict: Verdict]

async function tryOne({ server, urlHost }: Target, random: Random): Promise<Outcome> {
  if (random.chance(0.15)) return [undefined, await attack(server, random)]
  const request = mutate(inventRequest(random), random)
  if (random.chance(0.05)) return tryUrl(server, request, urlHost)
  return random.chance(0.75) ? tryHonest(server, request) : tryForged(server, request, random)
}

/** Any request will do for a function that answers what it got. When it cannot, that is no fault of the server. */
async function tryUrl(server: TestServer, request: ServiceRequest, urlHost: string): Promise<Outcome> {
  const { line, headers, body } = sign(server, request)
  const text = textOf({ line, body, headers: headers.map((header) => header.replace(/^host: .*/, `host: ${urlHost}`)) })
  const answer = await sendText(server, request, text)
  return [answer.status, answer.status === 502 ? undefined : judge(answer, text)]
}

/** Signed as it is, so that it comes as far as it can. */
async function tryHonest(server: TestServer, request: ServiceRequest): Promise<Outcome> {
  const text = textOf(sign(server, request))
  const answer = await sendText(server, request, text)
  return [answer.status, judge(answer, text)]
}

async function tryForged(server: TestServer, request: ServiceRequest, random: Random): Promise<Outcome> {
  const signed = sign(server, request)
  const text = textOf(forge(signed, random))
  const answer = await sendText(server, request, text)
  const isAccepted = answer.status !== undefined && answer.status < 300 && request.method !== 'OPTIONS'
  return [answer.status, isAccepted ? `accepted a forgery:\n${text}` : judge(answer, text)]
}

const sendText = (server: TestServer, { method }: ServiceRequest, text: string) =>
  talk(server, (socket) => socket.write(text, 'latin1'), { isHead: method === 'HEAD' })

/** Headers as the bytes that go over the wire, without what would be headers of their own. */
function sign(server: TestServer, { signingName, ...request }: ServiceRequest): RequestText {
  const headers = Object.entries(request.headers ?? {}).map(([name, value]) => [
    name,
    Buffer.from(value.replace(/[\0\r\n]/g, '')).toString('latin1'),
  ])
  return signedText(server, { ...request, headers: Object.fromEntries(headers) }, server.credentials, signingName)
}

/** Not signed, signed by somebody else, or changed since. */
function forge(request: RequestText, random: Random): RequestText {
  const without = (name: string) => request.headers.filter((header) => !header.startsWith(name))
  const reworded = (from: RegExp, to: string) => request.headers.map((header) => header.replace(from, to))
  return random.pick<() => RequestText>([
    () => ({ ...request, headers: without('authorization') }),
    () => ({ ...request, headers: reworded(/Signature=.{64}/, `Signature=${'0'.repeat(64)}`) }),
    () => ({ ...request, headers: reworded(/Signature=.*/, 'Signature=') }),
    () => ({ ...request, headers: reworded(/Credential=\w+/, 'Credential=AKIAQAAAAAAAAAAAAAAA') }),
    () => ({ ...request, headers: reworded(/SignedHeaders=[^,]*/, 'SignedHeaders=host') }),
    () => ({ ...request, headers: reworded(/^x-amz-date: .*/, 'x-amz-date: 20200101T000000Z') }),
    () => ({ ...request, headers: [...request.headers, 'X-Amz-Security-Token: token'] }),
    () => ({
      ...request,
      headers: reworded(/^content-length: .*/, `content-length: ${request.body.length + 1}`),
      body: `${request.body} `,
    }),
    () => ({ ...request, headers: reworded(/^x-amz-content-sha256: .*/, 'x-amz-content-sha256: UNSIGNED-PAYLOAD') }),
  ])()
}

const TEXT = /^content-type: \S*(json|xml)/im

// Of a request, so that a failure can be read.
const SHOWN_CHARACTERS = 1_500

function judge({ end, status, text }: Answer, whole: string): Verdict {
  const sent = whole.slice(0, SHOWN_CHARACTERS)
  if (end === 'silence') return `no answer but '${text}' to\n${sent}`
  if (status === undefined) return `the connection ended without an answer to\n${sent}`
  if (status >= 500 && status !== 501 && status !== 503) return `${text}\nto\n${sent}`
  return !TEXT.test(text) || isUtf8(Buffer.from(text, 'latin1'))
    ? undefined
    : `an answer that is no UTF-8: ${text}\nto\n${sent}`
}
