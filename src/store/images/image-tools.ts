import { existsSync } from 'node:fs'
import { findTool, runTool, type ToolOptions } from '#base'
import { ImageFault } from '../errors.ts'

const TOOLS = ['skopeo', 'umoci'] as const

/** Images are taken in by programs that the host may lack; everything else works without them. */
export async function requireTools(uri: string): Promise<void> {
  const found = await Promise.all(TOOLS.map(findTool))
  if (found.includes(undefined)) throw new ImageFault('no-tools', uri)
}

/** Dies with the server, so that nothing goes on in a directory that the next one removes. */
function runImageTool(tool: (typeof TOOLS)[number], parameters: readonly string[], options: ToolOptions) {
  return runTool('setpriv', ['--pdeathsig', 'KILL', '--', tool, ...parameters], options)
}

/** Which signatures images must have is the host's own setting; most hosts have none. */
const POLICY_FILE = '/etc/containers/policy.json'

export function skopeo(parameters: readonly string[], options: ToolOptions): Promise<string> {
  const policy = existsSync(POLICY_FILE) ? [] : ['--insecure-policy']
  return runImageTool('skopeo', [...policy, ...parameters], options)
}

/** With the owners of the files as they are in the image, where the server may give files away. */
export function umociUnpack(layout: string, target: string, options: ToolOptions): Promise<string> {
  const rootless = process.getuid?.() === 0 ? [] : ['--rootless']
  return runImageTool('umoci', ['raw', 'unpack', ...rootless, '--image', layout, target], options)
}
