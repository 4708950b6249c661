import { strict as assert } from 'node:assert'
import { closeSync, openSync } from 'node:fs'
import { Server, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Opened, runInside } from './run-inside.ts'

/** A network of one environment's own: a loopback interface, and nothing beyond it. */
export interface PrivateNetwork {
  /** What a command has to follow to run inside. */
  readonly enter: readonly [string, ...string[]]
  /** Listens inside, where Lambda's own Runtime API does. */
  readonly listener: Server
  /** Connects to what listens inside. */
  dial(host: string, port: number): Promise<Socket>
  /** It is gone when its last process and socket are. */
  close(): void
}

/** Each takes a start of Node.js, and an extension may hang up as often as it likes. */
const DIAL_EVERY_MS = 250

const RUNTIME_API = { host: '127.0.0.1', port: 9001 }

/** bubblewrap makes it and brings its loopback interface up; the namespace then lives on by our descriptor of it. */
export function createPrivateNetwork(): Promise<PrivateNetwork> {
  const user = isRoot() ? [] : ['--unshare-user', '--uid', '0', '--gid', '0']
  const command = ['bwrap', '--die-with-parent', '--unshare-net', ...user, '--dev-bind', '/', '/', '--'] as const
  return runInside(command, ['listen', RUNTIME_API.host, RUNTIME_API.port], keep)
}

function keep({ handle, pid }: Opened): PrivateNetwork {
  assert(handle instanceof Server, 'what listens is a server')
  // An ordinary user's network belongs to a user namespace, and is entered through it.
  const kinds = isRoot() ? ['net'] : ['user', 'net']
  const descriptors = openAll(kinds.map((kind) => `/proc/${pid}/ns/${kind}`))
  const options = kinds.map((kind, index) => `--${kind}=/proc/${process.pid}/fd/${descriptors[index]}`)
  const enter = ['nsenter', '--preserve-credentials', ...options, '--'] as const
  const dials = new Set<Promise<Socket>>()
  let isClosed = false
  /** One at a time. */
  let turn: Promise<unknown> = Promise.resolve()

  function connectInside(host: string, port: number): Promise<Socket> {
    assert(!isClosed, 'nobody connects into a network that is closed')
    return runInside(enter, ['connect', host, port], (opened) => {
      assert(opened.handle instanceof Socket, 'a connection is a socket')
      assert(!isClosed, 'the network was closed meanwhile')
      return opened.handle.setNoDelay()
    })
  }

  handle.unref()
  return {
    enter,
    listener: handle,
    dial(host, port) {
      const dialled = turn.then(() => connectInside(host, port))
      const pause = () => sleep(DIAL_EVERY_MS, undefined, { ref: false })
      turn = turn.then(() => Promise.allSettled([dialled, pause()]))
      dials.add(dialled)
      return dialled.finally(() => dials.delete(dialled))
    },
    close() {
      isClosed = true
      handle.close()
      // Who is on the way opens them by their numbers, which must not be those of another environment's network by then.
      void Promise.allSettled(dials).then(() => descriptors.forEach(closeDescriptor))
    },
  }
}

/** All or none. */
function openAll(paths: readonly string[]): readonly number[] {
  const opened: number[] = []
  try {
    for (const path of paths) opened.push(openSync(path, 'r'))
    return opened
  } catch (error) {
    opened.forEach(closeDescriptor)
    throw error
  }
}

const closeDescriptor = (descriptor: number) => closeSync(descriptor)

const isRoot = () => process.getuid?.() === 0
