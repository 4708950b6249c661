import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { executionRole, invoke } from '../support/clients.ts'
import { dataDirectory } from '../support/directories.ts'
import { poll } from '../support/poll.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import type { FunctionState } from './support/function-state.ts'
import { answers, functionSubject, ROLE } from './support/function-subject.ts'
import { layerSubject } from './support/layer-subject.ts'
import type { Change, Subject } from './support/subject.ts'
import { userSubject } from './support/user-subject.ts'

// Whoever changes something hears that it is done, or the server is killed before: then it is done whole or not at all.

const KILLS = 20
/** A server is killed after at most so many changes. */
const MOST_CHANGES = 150

/** Changes one subject, one change after the other, whichever server is there. */
class Lane<State> {
  readonly subject: Subject<State>
  state: State
  made = 0
  /** Sent, and not answered yet. */
  #pending: Change<State> | undefined

  constructor(subject: Subject<State>) {
    this.subject = subject
    this.state = subject.initial
  }

  /** Makes changes until the server is killed. */
  async changeUntilKilled(server: TestServer, isKilled: () => boolean): Promise<void> {
    try {
      while (!isKilled()) await this.#change(server)
    } catch (error) {
      if (!isKilled()) throw error
    }
  }

  async #change(server: TestServer): Promise<void> {
    const changes = this.subject.changesOf(this.state)
    this.#pending = changes[randomInt(changes.length)]
    assert.ok(this.#pending)
    await this.#pending.send(server)
    this.state = this.#pending.after
    this.#pending = undefined
    this.made++
    await this.subject.settle(server, this.state)
  }

  /** What was acknowledged is there; what was not is there whole, or not at all. */
  async check(server: TestServer): Promise<void> {
    const shown = await this.subject.observe(server)
    if (this.#pending && isDeepStrictEqual(shown, this.#pending.after)) this.state = this.#pending.after
    const what = `${this.subject.name}, killed ${this.#pending ? `in ${this.#pending.what}` : 'between changes'}`
    assert.deepEqual(shown, this.state, what)
    this.#pending = undefined
    await this.subject.settle(server, this.state)
  }
}

test('every change that was acknowledged outlives the server, and every other one is whole or absent', async (t) => {
  using directory = dataDirectory()
  const functions = ['first', 'second', 'third', 'fourth'].map((name) => new Lane(functionSubject(name)))
  const lanes = [...functions, new Lane(layerSubject('layer')), new Lane(userSubject('user'))]
  const made = () => lanes.reduce((sum, lane) => sum + lane.made, 0)
  for (let kill = 0; kill < KILLS; kill++) {
    await using server = await startTestServer({ dataDirectory: directory.path })
    if (kill === 0) assert.equal(await executionRole(server), ROLE)
    await Promise.all(lanes.map((lane) => lane.check(server)))
    const enough = made() + randomInt(MOST_CHANGES)
    let isKilled = false
    const changing = Promise.all(lanes.map((lane) => lane.changeUntilKilled(server, () => isKilled)))
    await Promise.race([changing, poll(() => made() > enough || undefined)])
    isKilled = true
    await server.kill()
    await changing
  }
  await using last = await startTestServer({ dataDirectory: directory.path })
  for (const lane of lanes) await lane.check(last)
  for (const { subject, state } of functions) await checkCode(last, subject.name, state)
  t.diagnostic(`${made()} changes acknowledged`)
})

/** `$LATEST` and the oldest version run the code that they were given. */
async function checkCode(server: TestServer, name: string, state: FunctionState | undefined): Promise<void> {
  if (!state || state.reserved === 0) return
  assert.equal((await invoke(server, name)).payload, answers.get(state.latest.codeSha256 ?? ''))
  for (const [Qualifier, { codeSha256 = '' }] of Object.entries(state.versions).slice(0, 1))
    assert.equal((await invoke(server, name, {}, { Qualifier })).payload, answers.get(codeSha256))
}
