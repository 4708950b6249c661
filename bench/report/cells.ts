import { type Bar, type Finding, isHeld, type Unit } from '../measurement.ts'
import type { Samples } from '../samples.ts'

export const headings = ['measurement', 'value', 'yardstick', 'ratio', 'bar', 'held?'] as const

/** A finding in words, a cell for each heading. */
export function cellsOf(finding: Finding): readonly string[] {
  const { what, unit, value, yardstick, bar } = finding
  const held = isHeld(finding)
  return [
    what,
    quantity(value, unit),
    yardstick ? `${yardstick.what}: ${quantity(yardstick.value, yardstick.unit)}` : '',
    yardstick?.ratio === undefined ? '' : `${rounded(yardstick.ratio)}x`,
    bar ? barInWords(bar, unit) : '',
    held === undefined ? '' : held ? 'held' : 'missed',
  ]
}

/** The median, and between which values the others were. */
function quantity({ median, low, high, count }: Samples, unit: Unit): string {
  return count === 1 ? `${rounded(median)} ${unit}` : `${rounded(median)} ${unit} (${rounded(low)}-${rounded(high)})`
}

const barInWords = ({ of, limit, number }: Bar, unit: Unit) =>
  `${limit} ${rounded(number)}${of === 'ratio' ? 'x' : ` ${unit}`}`

/** Three digits are more than repeat. */
const rounded = (number: number) => new Intl.NumberFormat('en', { maximumSignificantDigits: 3 }).format(number)
