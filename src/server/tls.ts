import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { BadOption } from './bad-option.ts'

/** A certificate with those of its issuers, and its key, as PEM: found to fit each other. */
export interface Tls {
  readonly cert: string
  readonly key: string
  /** Epoch milliseconds. */
  readonly expiresAtMs: number
}

const CERT = '--tls-cert'
const KEY = '--tls-key'

/** Undefined when neither file is named. */
export function readTls(certFile: string, keyFile: string): Tls | undefined {
  if (certFile === '' && keyFile === '') return undefined
  if (certFile === '' || keyFile === '') throw new BadOption(`${CERT} and ${KEY} must be given together`)
  const cert = readText(CERT, certFile)
  const key = readText(KEY, keyFile)
  const certificate = parse(CERT, certFile, 'a certificate', () => new X509Certificate(cert))
  if (!certificate.checkPrivateKey(readKey(keyFile, key)))
    throw new BadOption(`${KEY}: '${keyFile}' is not the key of the certificate in '${certFile}'`)
  parse(CERT, certFile, 'a chain of certificates', () => createSecureContext({ cert, key }))
  return { cert, key, expiresAtMs: certificate.validToDate.getTime() }
}

function readText(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new BadOption(`${option}: ${error instanceof Error ? error.message : error}`)
  }
}

const readKey = (file: string, text: string): KeyObject =>
  parse(KEY, file, 'a private key without a passphrase', () => createPrivateKey(text))

function parse<Parsed>(option: string, file: string, what: string, read: () => Parsed): Parsed {
  try {
    return read()
  } catch {
    throw new BadOption(`${option}: '${file}' is not ${what} in PEM form`)
  }
}
