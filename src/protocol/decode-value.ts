import { ApiError, type Service, shapeNamed } from '#model'

/** 400: a JSON value of the wrong type; AWS names the token it found and the type it wanted. */
export const serializationException = (message: string) => new ApiError('SerializationException', 400, { message })

/** Takes a parsed JSON value over into the shape: unknown members are dropped, nulls are absent, blobs become buffers. */
export function decodeJson(service: Service, shapeName: string, value: unknown): unknown {
  const shape = shapeNamed(service, shapeName)
  switch (shape.type) {
    case 'structure': {
      const source = expectObject(value)
      const decoded: Record<string, unknown> = {}
      for (const [name, member] of Object.entries(shape.members)) {
        const found = source[member.wireName ?? name]
        if (found !== undefined && found !== null) decoded[name] = decodeJson(service, member.shape, found)
      }
      return decoded
    }
    case 'list':
      if (!Array.isArray(value)) throw serializationException('Expected list or null')
      return value.map((element) => (element === null ? null : decodeJson(service, shape.member, element)))
    case 'map':
      return Object.fromEntries(
        Object.entries(expectObject(value)).map(([key, element]) => [
          key,
          element === null ? null : decodeJson(service, shape.value, element),
        ]),
      )
    case 'string':
      if (typeof value !== 'string') throw serializationException(`${tokenOf(value)} can not be converted to a String`)
      return value
    case 'blob':
      if (typeof value !== 'string') throw serializationException(`${tokenOf(value)} can not be converted to a Blob`)
      return decodeBase64(value)
    case 'boolean':
      if (typeof value !== 'boolean')
        throw serializationException(`${tokenOf(value)} can not be converted to a Boolean`)
      return value
    case 'integer':
    case 'long':
      if (typeof value !== 'number')
        throw serializationException(
          `${tokenOf(value)} can not be converted to ${shape.type === 'long' ? 'a Long' : 'an Integer'}`,
        )
      if (!Number.isInteger(value)) throw serializationException('Number is not an integer')
      return value
    case 'float':
    case 'double':
    case 'timestamp':
      if (typeof value !== 'number')
        throw serializationException(
          `${tokenOf(value)} can not be converted to a ${shape.type === 'timestamp' ? 'Timestamp' : 'Double'}`,
        )
      return value
  }
}

/** Takes a value of a URI, a query string, a header or a form over into the shape. */
export function decodeText(service: Service, shapeName: string, text: string): unknown {
  const shape = shapeNamed(service, shapeName)
  switch (shape.type) {
    case 'integer':
    case 'long':
    case 'float':
    case 'double': {
      const value = Number(text)
      const isWhole = shape.type === 'float' || shape.type === 'double' || Number.isSafeInteger(value)
      if (text.trim() === '' || Number.isNaN(value) || !isWhole)
        throw serializationException(`${text} can not be converted to a number`)
      return value
    }
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw serializationException(`${text} can not be converted to a Boolean`)
      return text === 'true'
    case 'timestamp':
      return Date.parse(text) / 1000
    case 'blob':
      return decodeBase64(text)
    case 'string':
      return text
    default:
      throw serializationException(`a ${shape.type} can not be given as text`)
  }
}

function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  // Node skips what is not base64; a length that does not fit tells that something was skipped.
  const digits = text.endsWith('==') ? text.length - 2 : text.endsWith('=') ? text.length - 1 : text.length
  if (bytes.length !== Math.floor((digits * 3) / 4)) throw serializationException('Invalid base64 value')
  return bytes
}

function expectObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw serializationException('Expected a structure or null')
  return value as Record<string, unknown>
}

function tokenOf(value: unknown): string {
  if (Array.isArray(value)) return 'START_ARRAY'
  if (typeof value === 'object') return 'START_OBJECT'
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE'
  return typeof value === 'number' ? (Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE') : 'STRING_VALUE'
}
