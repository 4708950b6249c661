import { relative } from 'node:path'
import type { TestEvent } from 'node:test/reporters'

/** A reporter for Node's test runner: a line for each test that has failed, and nothing else. */
export default async function* failedTests(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type !== 'test:fail' || data.todo !== undefined) continue
    const { failureType } = data.details.error as Error & { readonly failureType?: string }
    // It is told by what failed in it.
    if (failureType === 'subtestsFailed') continue
    const why = failureType === 'testTimeoutFailure' ? ' (it took too long)' : ''
    yield `${relative(process.cwd(), data.file ?? '')}:${data.line ?? 1} ${data.name}${why}\n`
  }
}
