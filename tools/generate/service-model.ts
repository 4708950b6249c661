/** The botocore-style JSON form of a service model: the generator's input. */
export interface ServiceModel {
  readonly metadata: {
    readonly serviceId: string
    readonly protocol: string
    readonly apiVersion: string
    readonly targetPrefix?: string
    readonly xmlNamespace?: string
  }
  readonly operations: Readonly<Record<string, ModelOperation>>
  readonly shapes: Readonly<Record<string, ModelShape>>
}

export interface ModelOperation {
  readonly name: string
  readonly http: { readonly method: string; readonly requestUri: string; readonly responseCode?: number }
  readonly input?: { readonly shape: string }
  readonly output?: { readonly shape: string; readonly resultWrapper?: string }
  readonly errors?: readonly { readonly shape: string }[]
}

export interface ModelMember {
  readonly shape: string
  readonly location?: string
  readonly locationName?: string
  readonly eventpayload?: boolean
}

export interface ModelShape {
  readonly type: string
  readonly members?: Readonly<Record<string, ModelMember>>
  readonly required?: readonly string[]
  readonly payload?: string
  readonly member?: ModelMember
  readonly key?: ModelMember
  readonly value?: ModelMember
  readonly min?: number
  readonly max?: number
  readonly pattern?: string
  readonly enum?: readonly string[]
  readonly exception?: boolean
  readonly eventstream?: boolean
  readonly streaming?: boolean
  readonly timestampFormat?: string
  readonly error?: { readonly code?: string; readonly httpStatusCode?: number; readonly senderFault?: boolean }
}

/** The shapes that the operations reach, in the model's order. */
export function reachableShapes(model: ServiceModel, operations: readonly ModelOperation[]): string[] {
  const seen = new Set<string>()
  const visit = (name: string) => {
    if (seen.has(name)) return
    seen.add(name)
    const shape = shapeOf(model, name)
    for (const member of Object.values(shape.members ?? {})) visit(member.shape)
    for (const part of [shape.member, shape.key, shape.value]) if (part) visit(part.shape)
  }
  for (const operation of operations) {
    for (const part of [operation.input, operation.output, ...(operation.errors ?? [])]) if (part) visit(part.shape)
  }
  return Object.keys(model.shapes).filter((name) => seen.has(name))
}

export function shapeOf(model: ServiceModel, name: string): ModelShape {
  const shape = model.shapes[name]
  if (!shape) throw new Error(`the model has no shape ${name}`)
  return shape
}
