interface Named {
  readonly account: string
  readonly path: string
  readonly name: string
}

export const userArn = (partition: string, { account, path, name }: Named) =>
  `arn:${partition}:iam::${account}:user${path}${name}`

export const roleArn = (partition: string, { account, path, name }: Named) =>
  `arn:${partition}:iam::${account}:role${path}${name}`
