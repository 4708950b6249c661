import { ResourceNotFoundException } from '#model'
import { invalidParameter } from './function-errors.ts'

// AWS's sentences about layers, one maker for each situation.

/** Reading a layer version that is not there. */
export const layerVersionNotFound = () =>
  new ResourceNotFoundException({ Type: 'User', Message: 'The resource you requested does not exist.' })

export const badLayerVersion = () => invalidParameter('Layer Version Cannot be less than 1')

/** Asking for the policy of one. */
export const noSuchLayerVersionHere = (arn: string) =>
  new ResourceNotFoundException({ Type: 'User', Message: `Layer version ${arn} does not exist.` })

/** Giving a function a layer version that is not there. */
export const noSuchLayerVersion = (arn: string) => invalidParameter(`Layer version ${arn} does not exist.`)

export const tooManyLayers = (limit: number) => invalidParameter(`Cannot reference more than ${limit} layers.`)

export const layersElsewhere = (here: string) =>
  invalidParameter(`Layers are not in the same region as the function. Layers are expected to be in region ${here}.`)

export const sameLayerTwice = (first: string, second: string) =>
  invalidParameter(
    `Two different versions of the same layer are not allowed to be referenced in the same function. ${first} and ${second} are versions of the same layer.`,
  )

export const codeWithLayersTooLarge = (bytes: number, limit: number) =>
  invalidParameter(
    `Function code combined with layers exceeds the maximum allowed size of ${limit} bytes. The actual size is ${bytes} bytes.`,
  )
