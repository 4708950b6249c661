import type { Log } from '#base'
import { howToGetRuntime, publicRuntimeImage } from '#resources'
import { fetchedNode, fetchNode } from './fetch-node.ts'
import { type FoundInterpreter, interpreterDirectories, type Probe, probeAll, probeNode } from './find-executables.ts'
import { LANGUAGES, type Language } from './languages.ts'
import type { Interpreted } from './runtime.ts'

export interface Interpreter extends FoundInterpreter {
  /** A line for the head of the log when this is not the version that was asked for. */
  readonly notice: string | undefined
}

/** Which interpreter runs a runtime on this host. Good answers are kept for as long as the server runs. */
export interface Interpreters {
  /** The exact version, if it is on the host. */
  exact(runtime: Interpreted): Promise<Interpreter | undefined>
  /** The exact version when it can be had, else the nearest newer, else the nearest older one; undefined: none at all. */
  find(runtime: Interpreted): Promise<Interpreter | undefined>
}

const FETCH_TIMEOUT_MS = 60_000
/** After this long a search that did not find the exact version is repeated. */
const RETRY_MS = 10 * 60_000

export function openInterpreters(runtimesDirectory: string, log: Log): Interpreters {
  const onHost = new Map<string, Promise<Interpreter | undefined>>()
  const answers = new Map<string, Promise<Interpreter | undefined>>()
  const forgetting = new Map<string, NodeJS.Timeout>()

  async function searchExact({ family, version }: Interpreted): Promise<Interpreter | undefined> {
    const language = LANGUAGES[family]
    const exact =
      (family === 'nodejs' && process.versions.node.startsWith(`${version}.`) ? ourselves() : undefined) ??
      (await firstOf(await pathsOf(language, language.namesOf(version)), language.probe, version)) ??
      (family === 'nodejs'
        ? await firstOf([fetchedNode(runtimesDirectory, version)], language.probe, version)
        : undefined)
    return exact && { ...exact, notice: undefined }
  }

  async function search(runtime: Interpreted): Promise<Interpreter | undefined> {
    const { family, version, identifier } = runtime
    const language = LANGUAGES[family]
    const exact = await exactly(runtime)
    if (exact) return exact
    const fetchedOne = family === 'nodejs' ? await fetched(version) : undefined
    if (fetchedOne) return { ...fetchedOne, notice: undefined }
    const others = await probeAll(await pathsOf(language, language.names), language.probe)
    const nearest = nearestVersion(version, family === 'nodejs' ? [ourselves(), ...others] : others)
    return (
      nearest && {
        ...nearest,
        notice: `lambent: ${identifier} is not on this host; running on ${language.name} ${nearest.fullVersion}${elsewhere(identifier)}`,
      }
    )
  }

  async function fetched(major: string): Promise<FoundInterpreter | undefined> {
    try {
      await fetchNode(runtimesDirectory, major, AbortSignal.timeout(FETCH_TIMEOUT_MS))
    } catch (error) {
      log.warn('this version of Node.js could not be fetched', { major, error })
    }
    return firstOf([fetchedNode(runtimesDirectory, major)], probeNode, major)
  }

  const exactly = (runtime: Interpreted) => remember(onHost, runtime, searchExact)
  return { exact: exactly, find: (runtime) => remember(answers, runtime, search) }

  function remember(known: typeof answers, runtime: Interpreted, look: typeof search): ReturnType<typeof search> {
    const { identifier } = runtime
    const answer = known.get(identifier) ?? look(runtime)
    known.set(identifier, answer)
    answer.then((found) => {
      // Second best: perhaps the network was away, or somebody is about to install the right one.
      if (found?.notice !== undefined || found === undefined) forgetLater(identifier)
    })
    return answer
  }

  function forgetLater(identifier: string): void {
    if (forgetting.has(identifier)) return
    const forget = () => {
      forgetting.delete(identifier)
      for (const known of [onHost, answers]) known.delete(identifier)
    }
    forgetting.set(identifier, setTimeout(forget, RETRY_MS).unref())
  }
}

async function pathsOf({ places }: Language, names: readonly string[]): Promise<string[]> {
  const directories = await interpreterDirectories(places)
  return names.flatMap((name) => directories.map((path) => `${path}/${name}`))
}

/** One at a time: the first usually is the one, and each probe starts a process. */
async function firstOf(
  candidates: readonly string[],
  probe: Probe,
  version: string,
): Promise<FoundInterpreter | undefined> {
  for (const candidate of candidates) {
    const [found] = await probeAll([candidate], probe)
    if (found?.version === version) return found
  }
  return undefined
}

/** The Node.js that runs this server is always there. */
const ourselves = (): FoundInterpreter => ({
  version: process.versions.node.split('.')[0] ?? '',
  fullVersion: process.versions.node,
  executable: process.execPath,
  prefix: undefined,
})

function nearestVersion(wanted: string, found: readonly FoundInterpreter[]): FoundInterpreter | undefined {
  const sorted = found.toSorted((a, b) => order(a.version) - order(b.version))
  return sorted.find(({ version }) => order(version) > order(wanted)) ?? sorted.at(-1)
}

/** Images are pulled for runtimes that AWS still has. */
const elsewhere = (identifier: string) =>
  publicRuntimeImage(identifier) === undefined
    ? ''
    : `; "${howToGetRuntime(identifier)}" brings the exact one in a container image`

/** `3.9` before `3.12`. */
const order = (version: string) => version.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0)
