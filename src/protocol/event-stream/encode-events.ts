import { type Service, structureNamed } from '#model'
import { encodeJson } from '../encode-value.ts'
import { encodeFrame, encodeHeaders } from './frame.ts'

type Event = Readonly<Record<string, unknown>>

/** Turns events, each with one member of the event stream's shape, into the frames of their transport. */
export async function* encodeEvents(
  service: Service,
  shapeName: string,
  events: AsyncIterable<Event>,
): AsyncGenerator<readonly Buffer[]> {
  const kinds = kindsOf(service, shapeName)
  for await (const event of events) for (const name in event) yield kinds[name]?.(event[name]) ?? unknownEvent(name)
}

type Encoder = (value: unknown) => readonly Buffer[]

/** For each kind of event its headers, made once, and whether its payload is bytes or JSON. */
function kindsOf(service: Service, shapeName: string): Readonly<Record<string, Encoder>> {
  const { members } = structureNamed(service, shapeName)
  return Object.fromEntries(
    Object.entries(members).map(([name, { shape }]) => {
      const [payload] =
        Object.entries(structureNamed(service, shape).members).find(([, member]) => member.eventPayload) ?? []
      const headers = encodeHeaders({
        ':event-type': name,
        ':content-type': payload === undefined ? 'application/json' : 'application/octet-stream',
        ':message-type': 'event',
      })
      const encode: Encoder =
        payload === undefined
          ? (value) => encodeFrame(headers, Buffer.from(JSON.stringify(encodeJson(service, shape, value))))
          : (value) => encodeFrame(headers, (value as Readonly<Record<string, Buffer>>)[payload] ?? Buffer.alloc(0))
      return [name, encode]
    }),
  )
}

function unknownEvent(name: string): never {
  throw new Error(`the event stream has no event ${name}`)
}
