/** Variables as a shell script, read by the shell that has already given up its rights. */
export function exportScript(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .filter(([name]) => SHELL_NAME.test(name))
    .map(([name, value]) => `export ${name}='${value.replaceAll('\0', '').replaceAll("'", "'\\''")}'\n`)
    .join('')
}

/** Lambda allows no other names either. */
const SHELL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
