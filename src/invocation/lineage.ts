import { DEFAULT_RECURSIVE_LOOP, type FunctionAddress, LATEST } from '#resources'
import type { Store } from '#store'

// AWS counts in the trace header through which functions a chain of requests has come: `Lineage=<steps>:<hash>:<loops>`.
// The hash is that of one function of the chain, the loops are how often the chain has come back to it.
//
// Which function that is follows Brent's way of finding cycles: it is replaced at steps 1, 2, 4, 8 and so on until the
// chain comes back to it. So a loop is found wherever it begins and whatever its length, without a list.

/** AWS stops a function at about the sixteenth time that it runs in one chain. */
const MAXIMUM_LOOPS = 16
// The largest numbers of AWS's form.
const LAST_STEP = 32_767
const LAST_LOOP = 255

const FORM = /Lineage=(\d{1,5}):([0-9a-f]{8}):(\d{1,3})/

/** The header for the next step of the chain, which enters this function. */
export function withLineage(header: string, address: FunctionAddress): string {
  const hash = hashOf(address)
  const at = header.indexOf('Lineage=')
  if (at < 0) return `${header};Lineage=1:${hash}:0`
  const [known, steps = '0', base = '', loops = '0'] = FORM.exec(header) ?? []
  if (known === undefined) return header.replace(/Lineage=[^;]*/, `Lineage=1:${hash}:0`)
  return header.replace(known, next(Number(steps), base, Number(loops), hash))
}

function next(steps: number, base: string, loops: number, hash: string): string {
  const step = Math.min(steps + 1, LAST_STEP)
  if (hash === base) return `Lineage=${step}:${base}:${Math.min(loops + 1, LAST_LOOP)}`
  const isTimeForAnother = loops === 0 && (step & (step - 1)) === 0
  return `Lineage=${step}:${isTimeForAnother ? hash : base}:${loops}`
}

/** The chain has come back to the same function too often. */
export function isEndless(header: string): boolean {
  const loops = FORM.exec(header)?.[3]
  return loops !== undefined && Number(loops) >= MAXIMUM_LOOPS
}

/** Whether a function is stopped when it invokes itself without end, which is a setting of its own. */
export const endsLoops = (
  { recursion }: Pick<Store, 'recursion'>,
  { account, functionName }: FunctionAddress,
): boolean => (recursion.get(account, functionName, LATEST)?.recursiveLoop ?? DEFAULT_RECURSIVE_LOOP) !== 'Allow'

/** FNV-1a: a few dozen bytes on the way of every invocation. */
function hashOf({ account, functionName }: FunctionAddress): string {
  let hash = 0x811c9dc5
  for (const text of [account, ':', functionName])
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
