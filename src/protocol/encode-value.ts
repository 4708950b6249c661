import { type Service, shapeNamed } from '#model'

/** The JSON value of an output: absent members are left out, blobs are base64. */
export function encodeJson(service: Service, shapeName: string, value: unknown): unknown {
  if (value === undefined || value === null) return undefined
  const shape = shapeNamed(service, shapeName)
  switch (shape.type) {
    case 'structure': {
      const encoded: Record<string, unknown> = {}
      for (const [name, member] of Object.entries(shape.members)) {
        const found = (value as Record<string, unknown>)[name]
        if (found !== undefined && found !== null)
          encoded[member.wireName ?? name] = encodeJson(service, member.shape, found)
      }
      return encoded
    }
    case 'list':
      return (value as unknown[]).map((element) => encodeJson(service, shape.member, element))
    case 'map':
      return Object.fromEntries(
        Object.entries(value).map(([key, element]) => [key, encodeJson(service, shape.value, element)]),
      )
    case 'blob':
      return (value as Buffer).toString('base64')
    default:
      return value
  }
}
