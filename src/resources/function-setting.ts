/** What every setting says of itself: the function, and whether it is for `$LATEST`, a version or an alias. */
export interface FunctionSetting {
  readonly account: string
  readonly functionName: string
  readonly qualifier: string
}
