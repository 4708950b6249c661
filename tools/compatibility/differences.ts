/** Where lambent knowingly answers or behaves otherwise than AWS. */
export const differences: readonly { readonly subject: string; readonly here: string; readonly why: string }[] = [
  {
    subject: 'Settings without an effect yet',
    here: 'Layers, VpcConfig, FileSystemConfigs, DeadLetterConfig, KMSKeyArn, SnapStart, X-Ray tracing, LogFormat JSON, container images, code from S3 and PublishTo are refused with InvalidParameterValueException "... is not supported by lambent yet."',
    why: 'A setting that is stored and does nothing is found out too late.',
  },
  {
    subject: 'Runtimes',
    here: "Python and Node.js run on the host's interpreter of that version, Node.js versions are fetched from npm; otherwise the nearest version runs the function and its log says so. Functions of other runtimes can be created; invoking them is a function error that says what is missing.",
    why: 'There is no image with every interpreter in it.',
  },
  {
    subject: 'Architectures',
    here: "arm64 and x86_64 are accepted on every host and shown as given; functions run on the host's processor.",
    why: 'Python and Node.js code without native modules runs on both.',
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
    subject: "AWS's own managed policies",
    here: 'Those that are used around Lambda exist, with documents of fewer words that allow the same of Lambda, and ids of their own.',
    why: 'The documents of AWS list the actions of services that are not here.',
  },
  {
    subject: 'Multi-factor authentication, login profiles, SAML and web identities, instance profiles',
    here: 'There are none: lists are empty, and codes of devices are refused.',
    why: 'Keys of users and roles are what a Lambda service needs.',
  },
  {
    subject: 'Packed size of session policies and tags',
    here: 'Counted compressed, of 4096 bytes.',
    why: "AWS's own packing is not public; PackedPolicySize is a percentage at both.",
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
