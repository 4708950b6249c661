import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { rooms } from './rooms.ts'

const root = join(import.meta.dirname, '..')

/** Every import in src/ that goes where its room may not: a sentence each. */
export function forbiddenImports(): string[] {
  return [...orderMistakes(), ...globSync('src/**/*.ts', { cwd: root }).flatMap((file) => forbiddenIn(file))]
}

/** A room may need only rooms that stand above it in the table. */
function orderMistakes(): string[] {
  const names = Object.keys(rooms)
  return names.flatMap((room, index) =>
    (rooms[room] ?? [])
      .filter((needed) => names.indexOf(needed) >= index)
      .map((needed) => `the table lets ${room} import ${needed}, which is not below it`),
  )
}

function forbiddenIn(file: string): string[] {
  const room = file.split('/')[1] ?? ''
  const allowed = rooms[room]
  if (!allowed) return [`${file}: the table has no room ${room}`]
  const text = readFileSync(join(root, file), 'utf8')
  const specifiers = [
    ...text.matchAll(
      /^(?:import|export)\b[^'"]*?\bfrom\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm,
    ),
  ]
  return specifiers
    .map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '')
    .flatMap((specifier) => complaint(file, room, allowed, specifier))
}

function complaint(file: string, room: string, allowed: readonly string[], specifier: string): string[] {
  if (specifier.startsWith('#')) {
    return allowed.includes(specifier.slice(1)) ? [] : [`${file}: ${room} may not import ${specifier}`]
  }
  if (!specifier.startsWith('.')) return []
  const target = relative(root, join(root, file, '..', specifier))
  return target.startsWith(`src/${room}/`) ? [] : [`${file}: ${specifier} leaves the room; use its front door`]
}
