import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate for localhost and its key, with that of the authority that issued it: files in PEM form. */
export interface Certificate {
  readonly ca: string
  readonly cert: string
  readonly key: string
  /** Where they are, for more of their kind. */
  readonly directory: string
  [Symbol.dispose](): void
}

const NAMES = 'subjectAltName=DNS:localhost,DNS:*.lambda-url.us-east-1.localhost,IP:127.0.0.1'

/** Made anew, as an authority of one's own would issue it. */
export function makeCertificate(days = 2): Certificate {
  const directory = mkdtempSync(join(tmpdir(), 'lambent-tls-'))
  const [ca, caKey, cert, key] = ['ca.pem', 'ca.key', 'cert.pem', 'cert.key'].map((name) => join(directory, name))
  if (!ca || !caKey || !cert || !key) throw new Error('four names')
  const lasts = ['-days', String(days)]
  openssl('req', '-x509', '-subj', '/CN=test authority', '-keyout', caKey, '-out', ca, ...newKey, ...lasts)
  const issued = ['-CA', ca, '-CAkey', caKey, '-addext', NAMES, '-addext', 'basicConstraints=CA:FALSE']
  openssl('req', '-x509', '-subj', '/CN=localhost', '-keyout', key, '-out', cert, ...newKey, ...lasts, ...issued)
  return { ca, cert, key, directory, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
