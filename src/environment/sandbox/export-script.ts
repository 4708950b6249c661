/** Variables as a shell script, read by the shell that has already given up its rights. */
export function exportScript(variables: Readonly<Record<string, string>>): string {
  return exportable(variables)
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join('')
}

/** For a shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** Those that a process can have, as it can have them. */
export const exportable = (variables: Readonly<Record<string, string>>): [name: string, value: string][] =>
  Object.entries(variables)
    .filter(([name]) => SHELL_NAME.test(name))
    .map(([name, value]) => [name, value.replaceAll('\0', '')])

/** Lambda allows no other names either. */
const SHELL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
