/** What repeated runs of one thing gave. */
export interface Samples {
  readonly median: number
  readonly low: number
  readonly high: number
  readonly count: number
}

export function samplesOf(values: readonly number[]): Samples {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (index: number) => sorted[Math.min(sorted.length - 1, Math.max(0, index))] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2
  return { median, low: at(0), high: at(sorted.length - 1), count: sorted.length }
}

/** The median of each pair's own ratio: what disturbed the machine during a pair disturbed both of it. */
export function pairedRatio(values: readonly number[], yardsticks: readonly number[]): number {
  return samplesOf(values.map((value, index) => value / (yardsticks[index] ?? Number.NaN))).median
}

/** What rounds gave, beside what the yardstick gave in the same rounds. */
export function comparedRounds<Round>(
  rounds: readonly Round[],
  measure: (round: Round) => number,
  yardstickOf: (round: Round) => number,
): { readonly value: Samples; readonly yardstick: { readonly value: Samples; readonly ratio: number } } {
  const [values, yardsticks] = [rounds.map(measure), rounds.map(yardstickOf)]
  return {
    value: samplesOf(values),
    yardstick: { value: samplesOf(yardsticks), ratio: pairedRatio(values, yardsticks) },
  }
}
