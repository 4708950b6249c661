/** What is generated of each service: all operations, or those that lambent answers on the shared port. */
export const services: Readonly<
  Record<string, { readonly folder: string; readonly operations: 'all' | readonly string[] }>
> = {
  Lambda: { folder: 'lambda', operations: 'all' },
  IAM: {
    folder: 'iam',
    operations: [
      'CreateUser',
      'GetUser',
      'ListUsers',
      'DeleteUser',
      'CreateAccessKey',
      'ListAccessKeys',
      'UpdateAccessKey',
      'DeleteAccessKey',
      'PutUserPolicy',
      'GetUserPolicy',
      'ListUserPolicies',
      'DeleteUserPolicy',
      'CreateRole',
      'GetRole',
      'ListRoles',
      'DeleteRole',
      'UpdateAssumeRolePolicy',
      'PutRolePolicy',
      'GetRolePolicy',
      'ListRolePolicies',
      'DeleteRolePolicy',
    ],
  },
  STS: { folder: 'sts', operations: ['GetCallerIdentity'] },
  'CloudWatch Logs': {
    folder: 'logs',
    operations: ['DescribeLogGroups', 'DescribeLogStreams', 'GetLogEvents', 'FilterLogEvents'],
  },
}
