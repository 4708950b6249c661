import type { Log } from '#base'
import { fetchedNode, fetchNode } from './fetch-node.ts'
import { type FoundInterpreter, interpreterDirectories, probeAll, probeNode, probePython } from './find-executables.ts'
import type { Interpreted } from './runtime.ts'

export interface Interpreter extends FoundInterpreter {
  /** A line for the head of the log when this is not the version that was asked for. */
  readonly notice: string | undefined
}

/** Which interpreter runs a runtime on this host. Good answers are kept for as long as the server runs. */
export interface Interpreters {
  /** The exact version when it can be had, else the nearest newer, else the nearest older one; undefined: none at all. */
  find(runtime: Interpreted): Promise<Interpreter | undefined>
}

const FETCH_TIMEOUT_MS = 60_000
/** After this long a search that did not find the exact version is repeated. */
const RETRY_MS = 10 * 60_000
/** Version names that a search tries beside the exact one: enough for every Python 3 that is still met. */
const PYTHON_MINORS = Array.from({ length: 13 }, (_, index) => index + 6)

export function openInterpreters(runtimesDirectory: string, log: Log): Interpreters {
  const answers = new Map<string, Promise<Interpreter | undefined>>()
  const forgetting = new Map<string, NodeJS.Timeout>()
  const directories = interpreterDirectories()

  async function search(runtime: Interpreted): Promise<Interpreter | undefined> {
    const exact = await (runtime.family === 'python' ? findPython(runtime.version) : findNode(runtime.version))
    if (exact) return { ...exact, notice: undefined }
    const others = await (runtime.family === 'python' ? allPythons() : allNodes())
    const nearest = nearestVersion(runtime.version, others)
    const name = runtime.family === 'python' ? 'Python' : 'Node'
    return (
      nearest && {
        ...nearest,
        notice: `lambent: ${runtime.identifier} is not on this host; running on ${name} ${nearest.fullVersion}`,
      }
    )
  }

  async function findPython(version: string): Promise<FoundInterpreter | undefined> {
    const named = (await directories).map((directory) => `${directory}/python${version}`)
    return (await firstOf(named, probePython, version)) ?? firstOf(await inAll('python3'), probePython, version)
  }

  async function findNode(major: string): Promise<FoundInterpreter | undefined> {
    if (process.versions.node.startsWith(`${major}.`)) return ourselves()
    const fetched = fetchedNode(runtimesDirectory, major)
    const present = await firstOf([...(await inAll('node')), fetched], probeNode, major)
    if (present) return present
    try {
      await fetchNode(runtimesDirectory, major, AbortSignal.timeout(FETCH_TIMEOUT_MS))
    } catch (error) {
      log.warn('this version of Node.js could not be fetched', { major, error })
    }
    return firstOf([fetched], probeNode, major)
  }

  const inAll = async (name: string) => (await directories).map((directory) => `${directory}/${name}`)

  async function allPythons(): Promise<FoundInterpreter[]> {
    const names = ['python3', ...PYTHON_MINORS.map((minor) => `python3.${minor}`)]
    return probeAll((await Promise.all(names.map(inAll))).flat(), probePython)
  }

  const allNodes = async () => [ourselves(), ...(await probeAll(await inAll('node'), probeNode))]

  return {
    find(runtime) {
      const { identifier } = runtime
      const known = answers.get(identifier) ?? search(runtime)
      answers.set(identifier, known)
      known.then((answer) => {
        // Second best: perhaps the network was away, or somebody is about to install the right one.
        if (answer?.notice !== undefined || answer === undefined) forgetLater(identifier)
      })
      return known
    },
  }

  function forgetLater(identifier: string): void {
    if (forgetting.has(identifier)) return
    const forget = () => {
      forgetting.delete(identifier)
      answers.delete(identifier)
    }
    forgetting.set(identifier, setTimeout(forget, RETRY_MS).unref())
  }
}

/** One at a time: the first usually is the one, and each probe starts a process. */
async function firstOf(
  candidates: readonly string[],
  probe: (executable: string) => Promise<FoundInterpreter | undefined>,
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

/** `3.9` before `3.12`. */
const order = (version: string) => version.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0)
