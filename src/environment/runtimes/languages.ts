import { homedir } from 'node:os'
import { type Probe, probeJava, probeNode, probePython, probeRuby } from './find-executables.ts'
import type { Interpreted } from './runtime.ts'

/** How the interpreters of a language are found on a host. */
export interface Language {
  readonly name: string
  readonly probe: Probe
  /** File names that the interpreter of this version may have, the likeliest first. */
  namesOf(version: string): readonly string[]
  /** File names of any version. */
  readonly names: readonly string[]
  /** Beside the search path: where version managers and distributions put them, `*` standing for any name. */
  readonly places: readonly string[]
}

const { HOME = homedir(), PYENV_ROOT = `${HOME}/.pyenv`, NVM_DIR = `${HOME}/.nvm`, JAVA_HOME } = process.env

/** Enough for every Python 3 that is still met. */
const PYTHON_MINORS = Array.from({ length: 13 }, (_, index) => index + 6)

export const LANGUAGES: Readonly<Record<Interpreted['family'], Language>> = {
  python: {
    name: 'Python',
    probe: probePython,
    namesOf: (version) => [`python${version}`, 'python3'],
    names: ['python3', ...PYTHON_MINORS.map((minor) => `python3.${minor}`)],
    places: [`${PYENV_ROOT}/versions/*/bin`, `${HOME}/.local/share/uv/python/*/bin`],
  },
  nodejs: {
    name: 'Node',
    probe: probeNode,
    namesOf: () => ['node'],
    names: ['node'],
    places: [`${NVM_DIR}/versions/node/*/bin`],
  },
  java: {
    name: 'Java',
    probe: probeJava,
    namesOf: () => ['java'],
    names: ['java'],
    places: [
      ...(JAVA_HOME ? [`${JAVA_HOME}/bin`] : []),
      '/usr/lib/jvm/*/bin',
      `${HOME}/.sdkman/candidates/java/*/bin`,
      '/Library/Java/JavaVirtualMachines/*/Contents/Home/bin',
    ],
  },
  ruby: {
    name: 'Ruby',
    probe: probeRuby,
    namesOf: (version) => [`ruby${version}`, 'ruby'],
    names: ['ruby'],
    places: [`${HOME}/.rbenv/versions/*/bin`, `${HOME}/.rubies/*/bin`, `${HOME}/.rvm/rubies/*/bin`],
  },
}
