import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { provideDirectory } from './provide-directory.ts'

/** AWS's runtime interface client for Java, and the packages it stands on, as Maven Central has them for good. */
const JARS = {
  'com/amazonaws/aws-lambda-java-runtime-interface-client/2.9.0/aws-lambda-java-runtime-interface-client-2.9.0.jar':
    '26568a5f63bf9e921567e77661be425650abc8972bae2aa0b7e99bab4e4239d9',
  'com/amazonaws/aws-lambda-java-core/1.4.0/aws-lambda-java-core-1.4.0.jar':
    '575c24393cc1ad645e83e618956eabd89ffe8cc09efae2cb62bc6589154d68ed',
  'com/amazonaws/aws-lambda-java-serialization/1.2.0/aws-lambda-java-serialization-1.2.0.jar':
    '1513c1f945a3213f916a4b2de1760c97b51d84d110f82bbbcf9cfac53d5651e7',
  'software/amazon/awssdk/utils-lite/2.34.0/utils-lite-2.34.0.jar':
    'efaf784f07ae526f0b5c89d71ef21cf16636131c47d44616e3df9bedc3f4f89a',
}

const REPOSITORY = 'https://repo1.maven.org/maven2'
const FETCH_TIMEOUT_MS = 60_000

/** The directory of the jars. */
export function provideJavaClient(runtimesDirectory: string): Promise<string> {
  return provideDirectory(runtimesDirectory, 'java-client-2.9.0', (directory) => {
    const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS)
    return Promise.all(Object.entries(JARS).map(([path, sha256]) => fetchJar(path, sha256, directory, signal)))
  })
}

async function fetchJar(path: string, sha256: string, directory: string, signal: AbortSignal): Promise<void> {
  const answer = await fetch(`${REPOSITORY}/${path}`, { signal })
  if (!answer.ok) throw new Error(`${REPOSITORY}/${path}: ${answer.status}`)
  const jar = Buffer.from(await answer.arrayBuffer())
  const found = createHash('sha256').update(jar).digest('hex')
  if (found !== sha256) throw new Error(`${path} has the checksum ${found}, not ${sha256}`)
  await writeFile(`${directory}/${path.slice(path.lastIndexOf('/') + 1)}`, jar, { mode: 0o644 })
}
