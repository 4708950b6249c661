import { fail } from '#base'
import { layerVersionNotFound, parseLayerVersionArn } from '#resources'
import type { Handler } from '../context.ts'
import { readLayerVersion } from './get-layer-version.ts'

export const getLayerVersionByArn: Handler<'GetLayerVersionByArn'> = (input, context) =>
  readLayerVersion(context, parseLayerVersionArn(context.place, input.Arn) ?? fail(layerVersionNotFound()))
