import { type Operation, type Service, type StructureShape, shapeNamed, structureNamed } from '#model'
import { decodeText } from '../decode-value.ts'
import { validateInput } from '../validate.ts'

/** AWS Query: `Action=CreateUser&UserName=x&Tags.member.1.Key=k` to the operation's input. */
export function decodeForm(
  service: Service,
  operation: Operation,
  form: ReadonlyMap<string, readonly string[]>,
): Record<string, unknown> {
  if (!operation.input) return {}
  const input = decodeStructure(service, structureNamed(service, operation.input), treeOf(form))
  validateInput(service, operation.input, input)
  return input
}

interface Node {
  text?: string
  readonly children: Map<string, Node>
}

/** Dotted names become a tree: one level for each part. */
function treeOf(form: ReadonlyMap<string, readonly string[]>): Node {
  const root: Node = { children: new Map() }
  for (const [name, [text]] of form) {
    let node = root
    for (const part of name.split('.')) {
      let child = node.children.get(part)
      if (!child) {
        child = { children: new Map() }
        node.children.set(part, child)
      }
      node = child
    }
    if (text !== undefined) node.text = text
  }
  return root
}

function decodeStructure(service: Service, shape: StructureShape, node: Node): Record<string, unknown> {
  const decoded: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(shape.members)) {
    const child = node.children.get(member.wireName ?? name)
    if (child) decoded[name] = decodeNode(service, member.shape, child)
  }
  return decoded
}

function decodeNode(service: Service, shapeName: string, node: Node): unknown {
  const shape = shapeNamed(service, shapeName)
  if (shape.type === 'structure') return decodeStructure(service, shape, node)
  if (shape.type === 'list')
    return numbered(node.children.get('member')).map((element) => decodeNode(service, shape.member, element))
  if (shape.type === 'map') {
    const entries = numbered(node.children.get('entry')).map((entry) => [
      entry.children.get('key')?.text ?? '',
      entry.children.get('value')?.text ?? '',
    ])
    return Object.fromEntries(entries)
  }
  return decodeText(service, shapeName, node.text ?? '')
}

/** The children 1, 2, 3 ... in order. */
function numbered(node: Node | undefined): Node[] {
  return [...(node?.children ?? [])].sort(([left], [right]) => Number(left) - Number(right)).map(([, child]) => child)
}
