import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cleanEnvironment } from './server.ts'

/** A tool that does its work and then does not end, as long as this is there. */
export interface HeldTool {
  /** Of a server that finds it in the place of the real one. */
  readonly environment: Readonly<Record<string, string>>
  [Symbol.dispose](): void
}

/** Only calls with this parameter are held. It dies with its server, as the real one does. */
export function holdTool(name: string, parameter: string): HeldTool {
  const home = mkdtempSync(join(tmpdir(), 'lambent-held-'))
  const { PATH = '' } = cleanEnvironment()
  const hold = `while [ -d '${home}' ]; do sleep 0.02; done`
  writeFileSync(
    join(home, name),
    `#!/bin/sh\nPATH='${PATH}'\nsetpriv --pdeathsig KILL -- ${name} "$@" || exit\ncase " $* " in *' ${parameter} '*) ${hold};; esac\n`,
  )
  chmodSync(join(home, name), 0o755)
  return {
    environment: { PATH: `${home}:${PATH}` },
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  }
}
