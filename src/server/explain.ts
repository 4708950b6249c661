import { DatabaseTooNew, DataDirectoryInUse, WrongSecretKey } from '#store'
import { BadOption } from './bad-option.ts'

const expected = [BadOption, DataDirectoryInUse, DatabaseTooNew, WrongSecretKey]

/** One clear line for what a user can put right; the stack for everything else. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (expected.some((kind) => error instanceof kind)) return error.message
  const { code, syscall, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return `the port is in use; choose another with --port, or 0 for a free one (${message})`
  // The system's own refusals name the file or the address.
  if (syscall !== undefined) return message
  return error.stack ?? message
}
