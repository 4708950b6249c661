import type { Samples } from './samples.ts'

/** What a measurement may use. */
export interface Bench {
  readonly isQuick: boolean
  /** Everything that the run leaves on disk, removed at its end. */
  readonly directory: string
}

/** One question about the server's speed, answered with one or more findings. */
export interface Measurement {
  readonly name: string
  measure(bench: Bench): Promise<readonly Finding[]>
}

/** One line of the table. */
export interface Finding {
  readonly what: string
  readonly unit: Unit
  readonly value: Samples
  readonly yardstick?: Yardstick
  readonly bar?: Bar
}

export type Unit = 'us' | 'ms' | 'per s' | 'MB/s' | 'MiB' | 'KiB' | 'per GiB'

/** The same thing done by something simple on the same machine in the same minute. */
export interface Yardstick {
  readonly what: string
  readonly unit: Unit
  readonly value: Samples
  /** How often the finding's value is as large; undefined when the units differ. */
  readonly ratio?: number
}

/** What was promised of the ratio, or of the value itself. */
export interface Bar {
  readonly of: 'ratio' | 'value'
  readonly limit: 'at most' | 'at least'
  readonly number: number
}

/** Undefined when there is no bar. */
export function isHeld({ bar, value, yardstick }: Finding): boolean | undefined {
  if (!bar) return undefined
  const measured = bar.of === 'value' ? value.median : (yardstick?.ratio ?? Number.NaN)
  return bar.limit === 'at most' ? measured <= bar.number : measured >= bar.number
}
