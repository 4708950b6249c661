import { execFile } from 'node:child_process'
import { provideDirectory } from './provide-directory.ts'

/** Where a fetched Node.js of this major version lies, or would lie. */
export const fetchedNode = (runtimesDirectory: string, major: string) =>
  `${runtimesDirectory}/nodejs${major}/node_modules/${packageName()}/bin/node`

/** Fetches the newest Node.js of a major version from the npm registry, which has a package for each platform. */
export function fetchNode(runtimesDirectory: string, major: string, signal: AbortSignal): Promise<string> {
  return provideDirectory(runtimesDirectory, `nodejs${major}`, (unfinished) =>
    npmInstall(unfinished, `${packageName()}@${major}`, signal),
  )
}

const packageName = () => `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`

function npmInstall(prefix: string, wanted: string, signal: AbortSignal): Promise<void> {
  const parameters = [
    'install',
    '--prefix',
    prefix,
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--fetch-retries=1',
    wanted,
  ]
  return new Promise((resolve, reject) => {
    execFile('npm', parameters, { cwd: prefix, signal }, (error) => (error ? reject(error) : resolve()))
  })
}
