export { roleArn } from '#resources'

interface Named {
  readonly account: string
  readonly path: string
  readonly name: string
}

export const userArn = (partition: string, { account, path, name }: Named) =>
  `arn:${partition}:iam::${account}:user${path}${name}`
