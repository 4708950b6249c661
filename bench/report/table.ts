import type { Finding } from '../measurement.ts'
import { cellsOf, headings } from './cells.ts'

/** Aligned for a terminal. */
export function plainTable(findings: readonly Finding[]): string {
  return aligned(findings)
    .map((cells) => cells.join('  ').trimEnd())
    .join('\n')
}

export function markdownTable(findings: readonly Finding[]): string {
  const [head, ...lines] = aligned(findings).map((cells) => `| ${cells.join(' | ')} |`)
  return [head, `|${' --- |'.repeat(headings.length)}`, ...lines].join('\n')
}

function aligned(findings: readonly Finding[]): readonly (readonly string[])[] {
  const rows = [headings, ...findings.map(cellsOf)]
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)))
}
