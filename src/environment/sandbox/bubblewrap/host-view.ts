import { existsSync, lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { maskedPaths } from '../masked-paths.ts'

/** What every environment sees of the host, read-only: programs, libraries, and what name look-up and TLS need. */
export function hostView(): string[] {
  const programs = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'].flatMap((path) => bindOrLink(path))
  // Debian keeps the settings of a Java in a directory with its version in the name.
  const java = readdirSync('/etc').filter((name) => /^java(-|$)/.test(name))
  const settings = [...SETTINGS, ...java.map((name) => `/etc/${name}`)]
    .filter((path) => existsSync(path))
    .flatMap((path) => ['--ro-bind', path, path])
  const kernel = ['--proc', '/proc', ...maskedPaths(), '--dev', '/dev']
  const places = ['/opt/.', '/var/.', '/var/lang/bin/.', '/var/runtime/.', '/etc/.'].flatMap(makeParents)
  return [...places, '--ro-bind', '/usr', '/usr', ...programs, ...settings, ...kernel]
}

/** Small ones, of which each environment has the state of its start. */
export const SETTING_FILES = [
  ...['/etc/nsswitch.conf', '/etc/host.conf', '/etc/gai.conf', '/etc/services', '/etc/protocols', '/etc/localtime'],
  ...['/etc/ca-certificates.conf', '/etc/ld.so.cache', '/etc/ld.so.conf', '/etc/mime.types'],
]

/** The first is a file that may be written anew while environments live. */
const SETTINGS = [
  '/etc/resolv.conf',
  ...['/etc/ssl', '/etc/pki', '/etc/ca-certificates', '/etc/crypto-policies', '/etc/openssl'],
  ...['/etc/ld.so.conf.d', '/etc/alternatives'],
]

/** Parents that bubblewrap makes by itself can only be entered by root. */
export function makeParents(path: string): string[] {
  const parent = dirname(path)
  return parent === '/' ? [] : [...makeParents(parent), '--perms', '0755', '--dir', parent]
}

export function bindOrLink(path: string, seenAs = path): string[] {
  const status = lstatSync(path, { throwIfNoEntry: false })
  if (!status) return []
  return status.isSymbolicLink() ? ['--symlink', readlinkSync(path), seenAs] : ['--ro-bind', path, seenAs]
}

export const isBelow = (path: string, top: string) => path === top || path.startsWith(`${top}/`)
