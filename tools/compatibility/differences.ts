/** Where lambent knowingly answers or behaves otherwise than AWS. */
export const differences: readonly { readonly subject: string; readonly here: string; readonly why: string }[] = [
  {
    subject: 'Settings without an effect yet',
    here: 'Layers, DeadLetterConfig, CapacityProviderConfig, DurableConfig, TenancyConfig, container images, code from S3 and PublishTo are refused with InvalidParameterValueException "... is not supported by lambent yet."',
    why: 'A setting that is stored and does nothing is found out too late.',
  },
  {
    subject: 'Runtimes',
    here: "Python and Node.js run on the host's interpreter of that version, Node.js versions are fetched from npm; otherwise the nearest version runs the function and its log says so. Functions of other runtimes can be created; invoking them is a function error that says what is missing.",
    why: 'There is no image with every interpreter in it.',
  },
  {
    subject: 'Architectures',
    here: "arm64 and x86_64 are accepted on every host and shown as given; functions run on the host's processor, and their log says so when it is another.",
    why: 'Python and Node.js code without native modules runs on both.',
  },
  {
    subject: 'VpcConfig',
    here: "Ids of the right form are kept and shown, under a VpcId that is the same for the whole account; functions use the host's network all the same.",
    why: 'There is no EC2, and a function that names its VPC has to deploy.',
  },
  {
    subject: 'FileSystemConfigs',
    here: 'An access point works when a directory of the host stands for it: `--file-system <access point ARN>=<directory>`. It must be writable for everybody, because every environment has a user of its own; what functions create in it is open to all of them. Other access points are refused.',
    why: 'There is no EFS, and a mount that is not there would mislead.',
  },
  {
    subject: 'SnapStart',
    here: 'Kept and shown; there are no snapshots, Init runs as usual, and the log says so.',
    why: 'Environments start in milliseconds.',
  },
  {
    subject: 'TracingConfig',
    here: 'Active samples every invocation that comes without a decision of its own; nothing is sent to X-Ray, and the log says so.',
    why: 'There is no X-Ray daemon.',
  },
  {
    subject: 'KMSKeyArn',
    here: 'Kept and shown; the key is not used.',
    why: 'There is no KMS.',
  },
  {
    subject: 'Code signing',
    here: 'Every package counts as unsigned: under the policy Enforce nothing can be deployed, under Warn the logs of the server and of the function tell.',
    why: "AWS Signer's certificates cannot be verified here, and a check that is left out must not look like one that was passed.",
  },
  {
    subject: 'LogFormat JSON',
    here: 'Without the optional members `spans` and `tracing` of system log records.',
    why: 'They belong to X-Ray.',
  },
  {
    subject: 'Pending and InProgress',
    here: 'Last milliseconds, or until a Node.js version has been fetched.',
    why: 'There is nothing else to wait for.',
  },
  {
    subject: 'Code.Location',
    here: 'A link to this server, valid for ten minutes.',
    why: 'There is no S3 behind it.',
  },
  {
    subject: 'Network of a function',
    here: "The host's own.",
    why: "Functions reach databases and services of the developer's machine.",
  },
  {
    subject: 'MemorySize',
    here: 'The limit is MemorySize plus 32 MB.',
    why: "The interpreters here need more than AWS's own builds, and a function of 128 MB has to fit.",
  },
  {
    subject: 'Concurrency of the account',
    here: "1000, AWS's default, whatever the machine can run at the same time; invocations that wait for an environment count.",
    why: 'Reservations are checked against the same numbers as at AWS.',
  },
  {
    subject: 'Version numbers of a function that was deleted and created anew',
    here: 'They begin at 1 again.',
    why: 'Nothing of a deleted function is kept.',
  },
  {
    subject: '--auth none',
    here: 'Signatures and permissions are not checked and execution roles need not exist.',
    why: 'For a first try on one machine; it must be asked for and listens on loopback only.',
  },
  {
    subject: "Trailing bytes behind an event's JSON value",
    here: 'Refused with InvalidRequestContentException.',
    why: 'A function would get bytes that are no JSON.',
  },
]
