import { chmod, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'

/**
 * The directory `name` below `parent`, filled if it is not there. Made aside and renamed at the end, so that neither a
 * crash nor a second server that shares the parent sees half of it.
 */
export async function provideDirectory(
  parent: string,
  name: string,
  fill: (unfinished: string) => Promise<unknown>,
): Promise<string> {
  const directory = `${parent}/${name}`
  if (await exists(directory)) return directory
  await mkdir(parent, { recursive: true })
  const unfinished = await mkdtemp(`${parent}/.unfinished-`)
  try {
    await fill(unfinished)
    await chmod(unfinished, 0o755)
    await rename(unfinished, directory)
  } catch (error) {
    // When another server was faster, its result is as good.
    if (!(await exists(directory))) throw error
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return directory
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )
