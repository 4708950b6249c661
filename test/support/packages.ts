import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { python } from './python.ts'
import { run } from './run.ts'
import { cleanEnvironment } from './server.ts'

const modules = join(import.meta.dirname, '../../node_modules')

export type Files = Readonly<Record<string, string | Buffer>>

/** Packages from npm and all that they need, as they lie beside a function's code. */
export function npmPackages(...names: readonly string[]): Files {
  const wanted = new Set(names)
  for (const name of wanted) {
    const { dependencies = {} } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'))
    for (const dependency of Object.keys(dependencies)) wanted.add(dependency)
  }
  return Object.fromEntries([...wanted].flatMap((name) => filesBelow(join(modules, name), `node_modules/${name}`)))
}

// What only compilers and debuggers read.
const NEEDLESS = /\.(d\.[cm]?ts|map|md)$/

function filesBelow(directory: string, as: string): [string, Buffer][] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => !NEEDLESS.test(file) && statSync(join(directory, file)).isFile())
    .map((file) => [`${as}/${file}`, readFileSync(join(directory, file))])
}

/** The same of PyPI's, from the Python environment of the tests. */
export async function pythonPackages(...names: readonly string[]): Promise<Files> {
  const { stdout, stderr, code } = await run(python, ['-c', LIST_FILES, ...names], { env: cleanEnvironment() })
  if (code !== 0) throw new Error(stderr)
  const files: [string, string][] = JSON.parse(stdout)
  return Object.fromEntries(files.map(([name, path]) => [name, readFileSync(path)]))
}

const LIST_FILES = `import json, re, sys
from importlib.metadata import distribution, PackageNotFoundError
files, wanted = [], sys.argv[1:]
for name in wanted:
    try:
        found = distribution(name)
    except PackageNotFoundError:
        continue  # needed by another version of Python
    files += [(str(f), str(f.locate())) for f in found.files or [] if ".." not in f.parts and "__pycache__" not in f.parts]
    for line in found.requires or []:
        need = re.match(r"[\\w.-]+", line).group()
        if "extra ==" not in line and need not in wanted:
            wanted.append(need)
print(json.dumps(files))`
