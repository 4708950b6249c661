import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { authenticate, canonicalRequest, type Identity, parseSignature, signRequest, stringToSign } from '#auth'
import { alice, clockAt, received } from './support.ts'

interface Vector {
  readonly name: string
  readonly method: string
  readonly rawPath: string
  readonly rawQuery: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
  readonly canonicalRequest: string
  readonly stringToSign: string
  readonly authorization: string
}

const vectors: readonly Vector[] = JSON.parse(
  readFileSync(new URL('./vectors/aws4-vectors.json', import.meta.url), 'utf8'),
)

const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const scope = { region: 'us-east-1', service: 'service' }
const signedAt = Date.UTC(2015, 7, 30, 12, 36, 0)

test('every published vector is there', () => assert.equal(vectors.length, 34))

for (const vector of vectors) {
  const request = received(
    vector.method,
    asBytes(vector.rawQuery === '' ? vector.rawPath : `${vector.rawPath}?${vector.rawQuery}`),
    [...vector.headers, ['Authorization', vector.authorization]],
    vector.body,
  )

  test(`vector ${vector.name}: canonical request and string to sign agree`, () => {
    const signature = parseSignature(request)
    const payloadHash = vector.canonicalRequest.split('\n').at(-1) ?? ''
    const canonical = canonicalRequest(request, signature.signedHeaders, payloadHash)
    assert.equal(canonical, vector.canonicalRequest)
    assert.equal(
      stringToSign(signature.timestamp, '20150830/us-east-1/service/aws4_request', canonical),
      vector.stringToSign,
    )
  })

  test(`vector ${vector.name}: the request is accepted`, () => {
    const sessionToken = vector.headers.find(([name]) => name === 'X-Amz-Security-Token')?.[1]
    const identity: Identity = {
      secretAccessKey,
      caller: alice,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    }
    const lookUp = (id: string) => (id === 'AKIDEXAMPLE' ? identity : undefined)
    const caller = authenticate(request, scope, clockAt(signedAt), lookUp, { mode: 'iam', secure: false })
    assert.equal(caller, alice)
  })
}

test('our own signer is accepted by the verifier', () => {
  const headers = signRequest(
    {
      method: 'POST',
      rawPath: '/a%3Ab/./c//d',
      rawQuery: 'b=2&a=1%20x',
      headers: { Host: 'h:1', 'X-Odd': ' a  b ' },
      body: Buffer.from('hi'),
    },
    { accessKeyId: 'AKIDEXAMPLE', secretAccessKey },
    scope,
    signedAt,
  )
  const request = received('POST', '/a%3Ab/./c//d?b=2&a=1%20x', Object.entries(headers), 'hi')
  const lookUp = () => ({ secretAccessKey, caller: alice })
  assert.equal(authenticate(request, scope, clockAt(signedAt), lookUp, { mode: 'iam', secure: false }), alice)
})

/** As received: one character for each byte. */
function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
