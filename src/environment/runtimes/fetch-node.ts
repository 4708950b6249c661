import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'

/** Where a fetched Node.js of this major version lies, or would lie. */
export const fetchedNode = (runtimesDirectory: string, major: string) =>
  `${runtimesDirectory}/nodejs${major}/node_modules/${packageName()}/bin/node`

/**
 * Fetches the newest Node.js of a major version from the npm registry, where it is published as one package per
 * platform. Made aside and renamed at the end, so that neither a crash nor a second server sees half of it.
 */
export async function fetchNode(runtimesDirectory: string, major: string, signal: AbortSignal): Promise<void> {
  await mkdir(runtimesDirectory, { recursive: true })
  const unfinished = await mkdtemp(`${runtimesDirectory}/.unfinished-`)
  try {
    await npmInstall(unfinished, `${packageName()}@${major}`, signal)
    await chmod(unfinished, 0o755)
    await rename(unfinished, `${runtimesDirectory}/nodejs${major}`)
  } finally {
    // When another server was faster, the rename fails and its result is as good.
    await rm(unfinished, { recursive: true, force: true })
  }
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
