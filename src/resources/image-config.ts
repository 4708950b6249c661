import type { lambda } from '#model'
import type { FunctionConfiguration, ImageConfig } from './function.ts'
import { nulInImageConfig, onlyForImages, onlyForZip } from './image-errors.ts'

type Input = lambda.CreateFunctionRequest | lambda.UpdateFunctionConfigurationRequest

/** Refuses settings of the other package type. Empty ones, with which tools clear them, pass. */
export function checkPackageType(packageType: FunctionConfiguration['packageType'], input: Input): void {
  const isForZip = input.Runtime !== undefined || input.Handler !== undefined || (input.Layers?.length ?? 0) > 0
  if (packageType === 'Image' && isForZip) throw onlyForZip()
  if (packageType === 'Zip' && readImageConfig(input.ImageConfig)) throw onlyForImages()
}

/** Replaced as a whole; an empty one takes it away, no one leaves it as it is. */
export function updateImageConfig(
  current: ImageConfig | undefined,
  input: lambda.ImageConfig | undefined,
): Pick<FunctionConfiguration, 'imageConfig'> {
  const imageConfig = input === undefined ? current : readImageConfig(input)
  return imageConfig === undefined ? {} : { imageConfig }
}

/** An empty list or text leaves the image's own. */
function readImageConfig({ EntryPoint, Command, WorkingDirectory }: lambda.ImageConfig = {}): ImageConfig | undefined {
  const texts = [...(EntryPoint ?? []), ...(Command ?? []), WorkingDirectory ?? '']
  if (texts.some((text) => text.includes('\0'))) throw nulInImageConfig()
  const config: ImageConfig = {
    ...(EntryPoint?.length && { entryPoint: EntryPoint }),
    ...(Command?.length && { command: Command }),
    ...(WorkingDirectory && { workingDirectory: WorkingDirectory }),
  }
  return Object.keys(config).length === 0 ? undefined : config
}

export const describeImageConfig = ({
  entryPoint,
  command,
  workingDirectory,
}: ImageConfig): lambda.ImageConfigResponse => ({
  ImageConfig: {
    ...(entryPoint && { EntryPoint: entryPoint }),
    ...(command && { Command: command }),
    ...(workingDirectory !== undefined && { WorkingDirectory: workingDirectory }),
  },
})
