import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Lambda, type LambdaClient } from '@aws-sdk/client-lambda'
import { lambdaService } from '#model'
import { handlers, notYet } from '#operations'
import { createFunction } from '../support/clients.ts'
import { answering, publishVersion } from '../support/functions.ts'
import { type Listing, listings } from '../support/listings.ts'
import { runScript } from '../support/python.ts'
import { type RawAnswer, sendSigned } from '../support/raw.ts'
import { invalid, refusalIn } from '../support/refusal.ts'
import { restRequest } from '../support/sample-requests.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

// Every list operation, page by page, while what it lists comes and goes; then through the paginators of two SDKs.

let server: TestServer
let client: Lambda
let table: Readonly<Record<string, Listing>>
before(async () => {
  server = await startTestServer()
  client = new Lambda({ endpoint: server.url, region: server.region, credentials: server.credentials })
  table = listings(server, client)
  await createFunction(server, { FunctionName: 'paged', code: answering('paged') })
  await publishVersion(server, 'paged')
})
after(() => server[Symbol.asyncDispose]())

const lists = Object.keys(lambdaService.operations).filter(
  (name) => name.startsWith('List') && name !== 'ListTags' && handlers[name as keyof typeof handlers] !== notYet,
)

const of = (operation: string): Listing => table[operation] ?? assert.fail(`${operation} is not in the table`)

/** The ids of what a page shows. */
const idsIn = ({ items, id }: Listing, page: unknown): string[] =>
  ((page as Record<string, unknown>)[items] as readonly unknown[]).map((item) =>
    String(id === undefined ? item : (item as Record<string, unknown>)[id]),
  )

const ask = (operation: string, page: object): Promise<RawAnswer> =>
  sendSigned(server, restRequest(operation, { ...of(operation).input, ...page }))

async function pageAt(operation: string, MaxItems: number, Marker?: string) {
  const { status, text, body } = await ask(operation, { MaxItems, Marker })
  assert.equal(status, 200, text)
  const ids = idsIn(of(operation), body)
  assert.ok(ids.length <= MaxItems)
  return { ids, marker: body.NextMarker as string | undefined }
}

/** Every page of two; `between` is told what was seen so far. */
async function walk(operation: string, between: (seen: readonly string[]) => Promise<void> = async () => {}) {
  const seen: string[] = []
  let marker: string | undefined
  do {
    const page = await pageAt(operation, 2, marker)
    seen.push(...page.ids)
    marker = page.marker
    if (marker !== undefined) await between(seen)
  } while (marker !== undefined)
  return seen
}

for (const operation of lists) {
  test(`${operation}: nothing is skipped or repeated while items come and go between the pages`, async () => {
    const listing = of(operation)
    await listing.prepare?.()
    const made: (string | undefined)[] = []
    for (const name of ['b', 'd', 'f', 'h', 'j', 'm', 'p', 's', 'v']) made.push(await listing.make(name))
    const unchanged = await walk(operation)
    assert.ok(unchanged.length >= 9)
    assert.equal(new Set(unchanged).size, unchanged.length)
    assert.deepEqual(await walk(operation), unchanged)
    assert.deepEqual((await pageAt(operation, 50)).ids, unchanged)

    const gone: string[] = []
    const added: (string | undefined)[] = []
    const newNames = ['a', 'e', 'o', 'z']
    const seen = await walk(operation, async (soFar) => {
      const ahead = unchanged.filter((id) => !soFar.includes(id))
      // One that was just seen, which the marker may name, and one that is still to come.
      for (const id of [soFar.at(-1), ahead.length > 4 ? ahead.at(-1) : undefined])
        if (id !== undefined && made.includes(id) && !gone.includes(id)) {
          await listing.unmake(id)
          gone.push(id)
        }
      const [name] = newNames.splice(0, 1)
      if (name !== undefined) added.push(await listing.make(name))
    })
    assert.equal(new Set(seen).size, seen.length, 'something is repeated')
    const stayed = unchanged.filter((id) => !gone.includes(id))
    assert.deepEqual(
      stayed.filter((id) => !seen.includes(id)),
      [],
      'something is skipped',
    )
    assert.deepEqual(
      seen.filter((id) => !unchanged.includes(id) && !added.includes(id)),
      [],
      'something unknown is shown',
    )
    assert.ok(gone.length >= 4 && added.length >= 3)
  })

  test(`${operation}: a marker stays what it is, the last page has none, and another text is refused`, async () => {
    const first = await pageAt(operation, 1)
    assert.match(first.marker ?? '', /^[\w+/=-]+$/)
    assert.deepEqual(await pageAt(operation, 1), first)
    const second = await pageAt(operation, 1, first.marker)
    assert.notDeepEqual(second.ids, first.ids)
    assert.deepEqual((await pageAt(operation, 2)).ids, [...first.ids, ...second.ids])
    const all = await pageAt(operation, 50)
    assert.deepEqual((await pageAt(operation, all.ids.length)).marker, undefined)
    for (const Marker of ['nonsense', '{}', 'W10=', Buffer.from('[null]').toString('base64url')])
      assert.deepEqual(refusalIn(await ask(operation, { Marker })), invalid('The provided marker is invalid.'), Marker)
  })
}

type Paginate = (setup: { client: LambdaClient; pageSize: number }, input: object) => AsyncIterable<unknown>
const sdk: Readonly<Record<string, unknown>> = await import('@aws-sdk/client-lambda')

test("the SDK for JavaScript's paginators find everything, one by one", async (t) => {
  for (const operation of lists)
    await t.test(operation, async () => {
      const paginate = sdk[`paginate${operation}`] as Paginate
      const found: string[] = []
      // The paginator writes its markers into the input.
      for await (const page of paginate({ client, pageSize: 1 }, { ...of(operation).input }))
        found.push(...idsIn(of(operation), page))
      assert.deepEqual(found, (await pageAt(operation, 50)).ids)
    })
})

test("boto3's paginators find everything, two by two", async () => {
  const inputs = Object.fromEntries(lists.map((operation) => [operation, of(operation).input]))
  const { stdout } = await runScript(server, [join(import.meta.dirname, 'boto3_pages.py'), JSON.stringify(inputs)])
  const pages: Readonly<Record<string, readonly (readonly unknown[])[]>> = JSON.parse(stdout)
  for (const operation of lists) {
    const [listing, found = []] = [of(operation), pages[operation]]
    const ids = found.map((items) => idsIn(listing, { [listing.items]: items }))
    const all = (await pageAt(operation, 50)).ids
    assert.deepEqual(ids.flat(), all, operation)
    assert.equal(ids.length, Math.ceil(all.length / 2), operation)
  }
})
