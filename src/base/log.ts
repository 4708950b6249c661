/** The server's own log: one JSON object a line on standard error. Never give it a secret or a payload. */
export interface Log {
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  error(message: string, fields?: Fields): void
}

type Fields = Readonly<Record<string, unknown>>

export function createLog(write: (line: string) => void = (line) => process.stderr.write(line)): Log {
  const emit = (level: string) => (message: string, fields?: Fields) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...printable(fields) })}\n`)
  return { info: emit('info'), warn: emit('warn'), error: emit('error') }
}

function printable(fields: Fields = {}): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      value instanceof Error ? (value.stack ?? value.message) : value,
    ]),
  )
}
