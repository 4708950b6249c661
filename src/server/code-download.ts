import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { HttpRequest, HttpResponse } from '#protocol'
import type { Store } from '#store'

const PATH = '/code-packages/'
// As long as AWS's own links.
const LIFETIME_SECONDS = 600

/** Links to code packages that need no signature of the caller's: whoever has the link may download, for ten minutes. */
export class CodeDownload {
  readonly #secret = randomBytes(32)
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  linkTo(baseUrl: string, sha256: string, nowMs: number): string {
    const expires = Math.floor(nowMs / 1000) + LIFETIME_SECONDS
    const name = Buffer.from(sha256, 'base64').toString('base64url')
    return `${baseUrl}${PATH}${name}?expires=${expires}&signature=${this.#sign(name, expires)}`
  }

  /** The package, or undefined when the request is for something else. */
  answer(request: HttpRequest, nowMs: number): Promise<HttpResponse> | undefined {
    return request.method === 'GET' && request.rawPath.startsWith(PATH) ? this.#download(request, nowMs) : undefined
  }

  async #download(request: HttpRequest, nowMs: number): Promise<HttpResponse> {
    const name = request.rawPath.slice(PATH.length)
    const query = new URLSearchParams(request.rawQuery)
    const expires = Number(query.get('expires'))
    if (!this.#isSigned(name, expires, query.get('signature') ?? '') || expires * 1000 < nowMs)
      return refusal(403, 'The link is not valid or has expired.')
    const content = await this.#store.code.read(Buffer.from(name, 'base64url').toString('base64'))
    if (!content) return refusal(404, 'The code package does not exist any more.')
    return { status: 200, headers: { 'Content-Type': 'application/zip' }, body: content }
  }

  #sign(name: string, expires: number): string {
    return createHmac('sha256', this.#secret).update(`${name}\n${expires}`).digest('base64url')
  }

  #isSigned(name: string, expires: number, signature: string): boolean {
    const [expected, given] = [Buffer.from(this.#sign(name, expires)), Buffer.from(signature)]
    return expected.length === given.length && timingSafeEqual(expected, given)
  }
}

const refusal = (status: number, message: string): HttpResponse => ({
  status,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ message }),
})
