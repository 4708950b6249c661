/** Whether a whole text fits, where each `*` stands for any characters; in time linear in the text. */
export function compileWildcards(pattern: string): (text: string) => boolean {
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop()
  if (last === undefined) return (text) => text === first
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
    const end = text.length - last.length
    let position = first.length
    for (const part of others) {
      const at = text.indexOf(part, position)
      if (at < 0) return false
      position = at + part.length
    }
    return position <= end
  }
}
