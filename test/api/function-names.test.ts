import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sendSigned } from '../support/raw.ts'
import { ACCOUNT, REGION, startTestServer, type TestServer } from '../support/server.ts'

// Every wrong form of a function name and a qualifier, with the answers that AWS gave to the same requests.

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server[Symbol.asyncDispose]())

const NAMESPACED =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?'
const CREATED =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?'
const QUALIFIER = '\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+'

const arn = (rest: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${rest}`
const a = (length: number) => 'a'.repeat(length)
const breaks = (member: string, value: string, rule: string) =>
  `Value '${value}' at '${member}' failed to satisfy constraint: Member must ${rule}`
const misshapen = (name: string) => breaks('functionName', name, `satisfy regular expression pattern: ${NAMESPACED}`)
const misshapenNew = (name: string) => breaks('functionName', name, `satisfy regular expression pattern: ${CREATED}`)
const longNew = (name: string) => breaks('functionName', name, 'have length less than or equal to 140')
const longQualifier = (qualifier: string) => breaks('qualifier', qualifier, 'have length less than or equal to 128')
const badQualifier = (qualifier: string) =>
  breaks('qualifier', qualifier, `satisfy regular expression pattern: ${QUALIFIER}`)

const validation = (...sentences: string[]) => ({ status: 400, code: 'ValidationException', sentences })
const invalid = (message: string) => ({ status: 400, code: 'InvalidParameterValueException', message })
const notFound = (message: string) => ({ status: 404, code: 'ResourceNotFoundException', message })
const mismatch = invalid('The derived qualifier from the function name does not match the specified qualifier.')
const noAliasDeletion = invalid('Deletion of aliases is not currently supported.')

type Answer = ReturnType<typeof validation> | ReturnType<typeof invalid>
type OperationKey = 'get' | 'delete' | 'invoke' | 'create'
interface Case {
  readonly name: string
  readonly FunctionName: string
  readonly Qualifier?: string
  /** For get, delete and invoke, unless one of them differs. */
  readonly all?: Answer
  readonly get?: Answer
  readonly delete?: Answer
  readonly invoke?: Answer
  readonly create?: Answer
}

const same = (FunctionName: string) => ({
  FunctionName,
  all: validation(misshapen(FunctionName)),
  create: validation(misshapenNew(FunctionName)),
})
const longInvalidRegion = `arn:aws:lambda:invalid-region:${ACCOUNT}:function:my-function`

const cases: readonly Case[] = [
  { name: 'a single invalid character', ...same('*') },
  { name: 'an invalid character in the name', ...same('my-function!') },
  {
    name: 'an invalid character in the qualifier',
    FunctionName: 'my-function',
    Qualifier: 'invalid!',
    all: validation(badQualifier('invalid!')),
  },
  {
    name: 'a qualifier that is too long',
    FunctionName: 'my-function',
    Qualifier: a(129),
    all: validation(longQualifier(a(129))),
  },
  {
    name: 'a new name with an invalid qualifier',
    FunctionName: 'my-function:invalid!',
    create: validation(misshapenNew('my-function:invalid!')),
  },
  {
    name: 'a new name with a qualifier that is too long',
    FunctionName: `my-function:${a(129)}`,
    create: validation(longNew(`my-function:${a(129)}`)),
  },
  { name: 'an invalid account in a partial ARN', ...same('invalid-account:function:my-function') },
  { name: 'an invalid region in an ARN', ...same(`arn:aws:lambda:invalid-region:${ACCOUNT}:function:my-function`) },
  { name: 'an ARN of another service', ...same(`arn:aws:ec2:${REGION}:${ACCOUNT}:instance:i-1234567890abcdef0`) },
  {
    name: 'a name that is too long',
    FunctionName: a(65),
    get: notFound(`Function not found: ${arn(a(65))}`),
    delete: notFound(`Function not found: ${arn(a(65))}`),
    invoke: notFound(`Function not found: ${arn(a(65))}:$LATEST`),
    create: invalid(
      `1 validation error detected: ${breaks('functionName', a(65), 'have length less than or equal to 64')}`,
    ),
  },
  {
    name: 'a long name and an invalid region',
    FunctionName: `${longInvalidRegion}${a(170)}`,
    all: validation(misshapen(`${longInvalidRegion}${a(170)}`)),
  },
  {
    name: 'a long new name and an invalid region',
    FunctionName: `${longInvalidRegion}${a(170)}`,
    create: validation(longNew(`${longInvalidRegion}${a(170)}`), misshapenNew(`${longInvalidRegion}${a(170)}`)),
  },
  {
    name: 'a long ARN, an invalid region and a long qualifier',
    FunctionName: `${longInvalidRegion}-${a(170)}`,
    Qualifier: a(129),
    all: validation(longQualifier(a(129)), misshapen(`${longInvalidRegion}-${a(170)}`)),
  },
  {
    name: 'a qualifier of 65 characters',
    FunctionName: 'my-function',
    Qualifier: a(65),
    get: notFound(`Function not found: ${arn(`my-function:${a(65)}`)}`),
    invoke: notFound(`Function not found: ${arn(`my-function:${a(65)}`)}`),
    delete: noAliasDeletion,
  },
  { name: 'an ARN with two qualifiers', ...same(`${arn('my-function')}:1:2`) },
  {
    name: 'an ARN without a name',
    FunctionName: `arn:aws:lambda:${REGION}:${ACCOUNT}:function`,
    get: notFound(`Function not found: ${arn('function')}`),
    delete: notFound(`Function not found: ${arn('function')}`),
    invoke: notFound(`Function not found: ${arn('function')}:$LATEST`),
  },
  { name: 'a partial ARN with an extra qualifier', ...same('function:my-function:$LATEST:extra') },
  {
    name: 'a qualified ARN and another qualifier',
    FunctionName: `${arn('my-function')}:$LATEST`,
    Qualifier: '1',
    all: mismatch,
  },
  {
    name: 'a new name with two qualifiers',
    FunctionName: `${arn('my-function')}:$LATEST:1`,
    create: validation(misshapenNew(`${arn('my-function')}:$LATEST:1`)),
  },
  {
    name: '$latest in lower case',
    FunctionName: 'my-function',
    Qualifier: '$latest',
    get: notFound(`Function not found: ${arn('my-function')}:$latest`),
    invoke: notFound(`Function not found: ${arn('my-function')}:$latest`),
    delete: notFound(`Function not found: ${arn('my-function')}`),
  },
  {
    name: 'a new name with $latest in lower case',
    FunctionName: `${arn('my-function')}:$latest`,
    create: validation(misshapenNew(`${arn('my-function')}:$latest`)),
  },
  { name: 'an ARN without a region', ...same(`arn:aws:lambda::${ACCOUNT}:function:my-function`) },
  { name: 'an ARN without an account', ...same(`arn:aws:lambda:${REGION}::function:my-function`) },
  { name: '$LATEST misspelled', ...same(`${arn('my-function')}:$LATES`) },
  {
    name: 'a misshapen ARN',
    FunctionName: `arn:aws:lambda:${REGION}:123400000000@function:myfn`,
    all: validation(misshapen(`arn:aws:lambda:${REGION}:123400000000@function:myfn`)),
  },
  {
    name: 'an ARN of another region',
    FunctionName: `arn:aws:lambda:ap-southeast-1:${ACCOUNT}:function:my-function`,
    all: notFound(`Functions from 'ap-southeast-1' are not reachable in this region ('${REGION}')`),
    create: notFound(`Functions from 'ap-southeast-1' are not reachable in this region ('${REGION}')`),
  },
  {
    name: 'a new name of another form',
    FunctionName: 'invalid:function:name',
    create: validation(misshapenNew('invalid:function:name')),
  },
  {
    name: 'deleting $LATEST',
    FunctionName: 'my-function',
    Qualifier: '$LATEST',
    delete: invalid('$LATEST version cannot be deleted without deleting the function.'),
  },
]

const requests: Readonly<
  Record<OperationKey, (name: string, qualifier: string) => { method: string; path: string; body?: string }>
> = {
  get: (name, qualifier) => ({ method: 'GET', path: `/2015-03-31/functions/${name}${qualifier}` }),
  delete: (name, qualifier) => ({ method: 'DELETE', path: `/2015-03-31/functions/${name}${qualifier}` }),
  invoke: (name, qualifier) => ({
    method: 'POST',
    path: `/2015-03-31/functions/${name}/invocations${qualifier}`,
    body: '{}',
  }),
  create: (name) => ({
    method: 'POST',
    path: '/2015-03-31/functions',
    body: JSON.stringify({
      FunctionName: decodeURIComponent(name),
      Role: `arn:aws:iam::${ACCOUNT}:role/r`,
      Runtime: 'python3.12',
      Handler: 'a.b',
      Code: { ZipFile: 'UEsF' },
    }),
  }),
}

for (const row of cases) {
  for (const operation of ['get', 'delete', 'invoke', 'create'] as const) {
    const expected = row[operation] ?? (operation === 'create' ? undefined : row.all)
    if (!expected) continue
    test(`${row.name}: ${operation} answers as AWS does`, async () => {
      const qualifier = row.Qualifier === undefined ? '' : `?Qualifier=${encodeURIComponent(row.Qualifier)}`
      const answer = await sendSigned(server, requests[operation](encodeURIComponent(row.FunctionName), qualifier))
      assert.equal(answer.headers['x-amzn-errortype'], expected.code)
      assert.equal(answer.status, expected.status)
      const message = String(answer.body.message ?? answer.body.Message)
      if ('message' in expected) return assert.equal(message, expected.message)
      // AWS's order of several sentences is not known.
      assert.deepEqual(
        message
          .replace(/^\d+ validation errors? detected: /, '')
          .split(/; (?=Value ')/)
          .sort(),
        [...expected.sentences].sort(),
      )
      const plural = expected.sentences.length === 1 ? 'error' : 'errors'
      assert.ok(message.startsWith(`${expected.sentences.length} validation ${plural} detected: `))
    })
  }
}
