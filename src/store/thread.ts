import assert from 'node:assert/strict'
import { parentPort, type Transferable, Worker } from 'node:worker_threads'
import { createEagerPolling, PollingHabit } from '#base'

/** A worker thread that answers requests, in the order in which it finishes them. Its owner closes it. */
export class Thread<Request, Reply> {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiter<Reply>>()
  #nextId = 1
  #ended: Error | undefined

  /** `module` is the extensionless URL of the file that the thread runs; it has the extension of the file asking. */
  constructor(module: string, from: string, workerData?: unknown) {
    const extension = from.slice(from.lastIndexOf('.'))
    this.#worker = new Worker(new URL(`${module}${extension}`, from), { workerData })
    // Under `node --watch`, threads also send Node's own messages, about the files they have loaded; those have no id.
    this.#worker.on('message', (answer: Answer<Reply>) => {
      if (answer.id !== undefined) this.#settle(answer)
    })
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error : new Error(String(error))))
    this.#worker.on('exit', () => this.#end(new Error('The thread has ended.')))
  }

  ask(request: Request, transfer: readonly Transferable[] = []): Promise<Reply> {
    if (this.#ended) return Promise.reject(this.#ended)
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ id, request } satisfies Question<Request>, transfer)
    })
  }

  /** Lets the thread finish what it has been asked, then ends it. */
  async close(): Promise<void> {
    if (this.#ended) return
    const exited = new Promise((resolve) => this.#worker.once('exit', resolve))
    this.#worker.postMessage('close')
    await exited
  }

  #settle({ id, reply, error }: Answer<Reply>): void {
    const waiter = this.#waiting.get(id)
    assert(waiter, 'a thread answers only what it was asked')
    this.#waiting.delete(id)
    if (error) waiter.reject(error)
    else waiter.resolve(reply as Reply)
  }

  #end(error: Error): void {
    this.#ended ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#ended)
    this.#waiting.clear()
  }
}

/** A caller that sends one request after the other comes back within this time. */
const NEXT_MS = 0.5

/** The other side: answers each request until the owner closes the thread, then runs `close`. */
export function answerRequests<Request, Reply>(
  answer: (request: Request) => Answered<Reply> | Promise<Answered<Reply>>,
  close: () => void = () => {},
): void {
  const port = parentPort
  assert(port, 'this file runs in a worker thread')
  const polling = createEagerPolling(NEXT_MS)
  const habit = new PollingHabit(NEXT_MS)
  let answeredMs = 0
  let running = 0
  let isClosing = false
  port.on('message', async (question: Question<Request> | 'close') => {
    if (question === 'close') isClosing = true
    else {
      running++
      habit.note(performance.now() - answeredMs)
      const { message, transfer } = await answerOne(question)
      port.postMessage(message, [...transfer])
      running--
      answeredMs = performance.now()
      if (habit.shouldPoll()) polling.begin()
    }
    if (!isClosing || running > 0) return
    close()
    port.close()
  })

  async function answerOne({ id, request }: Question<Request>) {
    try {
      const { reply, transfer = [] } = await answer(request)
      return { message: { id, reply } satisfies Answer<Reply>, transfer }
    } catch (error) {
      const message = { id, error: error instanceof Error ? error : new Error(String(error)) } satisfies Answer<Reply>
      return { message, transfer: [] }
    }
  }
}

export interface Answered<Reply> {
  readonly reply: Reply
  readonly transfer?: readonly Transferable[]
}

interface Question<Request> {
  readonly id: number
  readonly request: Request
}

interface Answer<Reply> {
  readonly id: number
  readonly reply?: Reply
  readonly error?: Error
}

interface Waiter<Reply> {
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: Error) => void
}
