import { readdirSync, readFileSync } from 'node:fs'

/** Process ids of those that have the text in their environment. */
export function processesWith(marker: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((processId) => {
      try {
        return readFileSync(`/proc/${processId}/environ`, 'latin1').includes(marker)
      } catch {
        // It has gone, or is another user's.
        return false
      }
    })
}

/** Process ids of all that descend from this one. */
export function descendantsOf(processId: number): readonly number[] {
  try {
    const threads = readdirSync(`/proc/${processId}/task`)
    const lists = threads.map((thread) => readFileSync(`/proc/${processId}/task/${thread}/children`, 'latin1'))
    const children = lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number))
    return children.flatMap((child) => [child, ...descendantsOf(child)])
  } catch {
    // It has gone.
    return []
  }
}

/** The name of its command, which it may have given itself; empty when it has gone. */
export function nameOf(processId: number): string {
  try {
    return readFileSync(`/proc/${processId}/comm`, 'utf8').trim()
  } catch {
    return ''
  }
}

/** One that has ended and waits for somebody to take note does not run. */
export function isRunning(processId: number): boolean {
  try {
    const status = readFileSync(`/proc/${processId}/stat`, 'latin1')
    // Behind the command's name, which may contain anything.
    return status[status.lastIndexOf(')') + 2] !== 'Z'
  } catch {
    return false
  }
}
