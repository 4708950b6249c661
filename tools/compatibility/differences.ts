/** Where lambent knowingly answers or behaves otherwise than AWS. */
export const differences: readonly { readonly subject: string; readonly here: string; readonly why: string }[] = [
  {
    subject: 'Settings without an effect yet',
    here: 'DurableConfig and TenancyConfig are refused with InvalidParameterValueException "... is not supported by lambent yet."',
    why: 'A setting that is stored and does nothing is found out too late.',
  },
  {
    subject: 'Runtimes',
    here: "Python, Node.js, Ruby and Java run on the host's interpreter of that version, Node.js versions are fetched from npm and AWS's client for Java from Maven Central; otherwise in an image that `lambent runtimes pull` has pulled, AWS's own or another; otherwise the nearest version runs the function and its log says so. Custom runtimes (provided.al2, provided.al2023) run on what the host is, with its C library, not on Amazon Linux, unless an image was pulled for them. .NET runs in images only: until one is pulled, invoking such a function is a function error that says so.",
    why: 'There is no image with every interpreter in it.',
  },
  {
    subject: 'Container images',
    here: "From any registry (HOST:PORT/NAME:TAG or @sha256:...; without TLS only from loopback addresses and where --insecure-registry says so) or from an OCI layout (oci:NAME:TAG with --image-layouts); RepositoryType is ECR all the same. Of an index the image for the function's architecture is taken. The caller's policies must allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on the repository; the image is then pulled with the server's own credentials. UpdateFunctionCode is done when the image is unpacked; one that is lost or too large by then ends in Failed. Images need skopeo and umoci on the host, and run under bubblewrap only. They do not count as the account's code.",
    why: 'There is no ECR, and whoever builds images has a registry or a directory.',
  },
  {
    subject: 'Architectures',
    here: "arm64 and x86_64 are accepted on every host and shown as given; functions run on the host's processor, and their log says so when it is another.",
    why: 'Python and Node.js code without native modules runs on both.',
  },
  {
    subject: 'VpcConfig',
    here: "Ids of the right form are kept and shown, under a VpcId that is the same for the whole account; functions use the host's network all the same, or none with --network none.",
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
    subject: 'Layers with --isolation process',
    here: "There is no /opt: PATH, LD_LIBRARY_PATH, NODE_PATH and Python's search path name the directory in which the layers lie, LAMBENT_LAYERS_ROOT too, and it can be written to.",
    why: 'Plain processes see the directories of the host.',
  },
  {
    subject: 'Extensions',
    here: "`sandbox.localdomain` is an address of each environment's own, but the network is the host's unless the server runs with --network none: an extension that listens at localhost or at all addresses finds its port taken while another environment has it, and fails. Extensions are processes of their own and do not see the runtime's; on servers of ordinary users they have a /tmp of their own too. Plain processes have no sandbox.localdomain.",
    why: 'A network for each environment that leads anywhere would need the right to route its packets.',
  },
  {
    subject: 'Lists of layers for one runtime or architecture',
    here: 'A layer version that names no runtimes, or no architectures, is in no such list.',
    why: 'It does not say what it fits.',
  },
  {
    subject: 'Code from S3',
    here: "The caller's policies here must allow s3:GetObject, or s3:GetObjectVersion; the object is then fetched with the server's own credentials. An S3 that fails or does not answer within ten seconds is told of in the words of GetObject, with 400. S3ObjectStorageMode REFERENCE is refused.",
    why: "The callers' keys are those of this server and mean nothing to S3.",
  },
  {
    subject: 'Function URLs',
    here: 'Shown as https://<id>.lambda-url.<region>.on.aws/ and served on the port of the API, over HTTP or HTTPS as that is, under that host, under <id>.lambda-url.<region>.localhost, and at /lambda-url/<id>/ under any host, where the function sees the rest of the path. x-forwarded-proto and x-forwarded-port say what the client used. The permission lambda:InvokeFunctionUrl is enough; AWS asks for lambda:InvokeFunction as well at URLs made since November 2025. An explicit denial of either counts.',
    why: 'Names under localhost lead to the own machine without a name server, and links that a function makes lead back. The path is for clients that do not find these names; no path of the API begins like it. Policies that were written for older URLs go on working.',
  },
  {
    subject: 'Response streaming',
    here: 'As fast as the client reads; AWS lets no more than 2 MB a second through behind the first 6 MB. Where a stream breaks off because the runtime has gone, ErrorDetails tells why. A streaming handler that leaves its stream open when nothing is left to run fails at once.',
    why: "A limit of AWS's network is no feature, and a timeout explains less than an error.",
  },
  {
    subject: 'Versions of a runtime',
    here: 'There is one of each, the one in RuntimeVersionConfig; UpdateRuntimeOn Manual takes no other.',
    why: "Functions run on the host's interpreter.",
  },
  {
    subject: 'Provisioned concurrency',
    here: 'Environments take at most half of the memory that all may take together; what is provisioned beyond stays IN_PROGRESS.',
    why: 'The other functions need memory too.',
  },
  {
    subject: 'Capacity providers',
    here: "The instances are this host. A provider is Active at once; its subnets, security groups, instance types, KmsKeyArn, scaling mode and policies, PropagateTags and TelemetryConfig are checked, kept and shown, and nothing else. MaxVCpuCount holds: each environment counts as its function's MemorySize divided by ExecutionEnvironmentMemoryGiBPerVCpu, and all environments of a provider's functions together never start beyond it; when it is lowered, those that are there stay until something else ends them. A function whose architecture the provider's instances do not have is refused; one that this host does not have runs as told under Architectures.",
    why: 'There is no EC2, and no network, key or instance that could be launched for a function.',
  },
  {
    subject: 'Functions on managed instances',
    here: 'MemorySize up to 10240 and Timeout up to 900, like all functions. A version keeps one environment unless MinExecutionEnvironments says otherwise, and is Active when its code is ready, while its environments still start. An Init that fails does not make it Failed: invocations tell of it, and what is to be kept is tried again when the version is scaled or published anew, or the server starts. The next ones start when invocations wait for them, up to MaxExecutionEnvironments. While there may be no more of them an invocation waits for two seconds and is then throttled. What is kept takes its part of the memory for provisioned concurrency; what does not fit there, or into MaxVCpuCount, is tried again every thirty seconds. Invocations count towards the concurrency of the account like all others.',
    why: "AWS keeps three environments, one in each of three availability zones, scales them by the processors' load, throttles meanwhile, and limits them by the provider alone; one host has one zone, starts an environment sooner than its load would tell, and serves all functions.",
  },
  {
    subject: 'Several invocations in one environment',
    here: 'Node.js runs them in one event loop, and AWS_LAMBDA_NODEJS_WORKER_COUNT has no effect; Python in a process each, and one that ends is replaced. When all that an environment runs is over its time and its runtime asks for no more, it begins anew. The log tail has the lines that name the request.',
    why: 'AWS has worker threads for Node.js, eight for each vCPU; what becomes of processes that end, or never answer, it does not say.',
  },
  {
    subject: '$LATEST.PUBLISHED in lists of versions',
    here: 'The last one, behind the numbers.',
    why: 'AWS does not say where it stands.',
  },
  {
    subject: 'Network of a function',
    here: "The host's own, or with --network none nothing beyond the environment.",
    why: "Functions reach databases and services of the developer's machine.",
  },
  {
    subject: 'Surroundings of a process',
    here: "LD_LIBRARY_PATH is without /lib64 and /usr/lib64. The limit of processes of a user is set where every environment has a user of its own, on servers of the root user. /proc/self/environ, other than the environment itself, may lack the function's variables, and a process may be older than its environment.",
    why: "These directories are the host's and would go before the libraries that an interpreter brings along; processes of other programs must not count; Node.js and Python may have started before the function was known.",
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
    subject: 'Requests per second',
    here: 'Not limited, neither to the control plane nor of invocations; concurrency is.',
    why: "AWS's fifteen a second of most operations protect a service that everybody shares.",
  },
  {
    subject: 'Version numbers of a function that was deleted and created anew',
    here: 'They begin at 1 again.',
    why: 'Nothing of a deleted function is kept.',
  },
  {
    subject: 'Organizations',
    here: 'All accounts of a server are in the one that --organization names, or in none; aws:PrincipalOrgID tells it. There are no service control policies.',
    why: 'Permissions for an organization can be tried without one.',
  },
  {
    subject: 'lambda:VpcIds',
    here: 'Absent from every request.',
    why: 'Which network a subnet belongs to only EC2 knows.',
  },
  {
    subject: 'PutResourcePolicy',
    here: 'A statement whose Resource can never be the resource of the policy is refused.',
    why: 'It would be stored and do nothing.',
  },
  {
    subject: 'Revision of a policy',
    here: 'That of the function, version or alias that it belongs to; a permission changes both.',
    why: 'What AWS shows, and one commit for both.',
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
    subject: 'Destinations and dead-letter queues',
    here: "Sent with the server's own credentials, when the policies of the execution role here allow it at that time; the policy of the target counts at the target. A target that fails is tried again for a day. Queues and topics that keep an order (FIFO) are refused, and everything is while the server has no credentials.",
    why: "The role's keys are those of this server and mean nothing to other services.",
  },
  {
    subject: 'Events that fail without a destination and a dead-letter queue',
    here: 'Kept for a day, to be looked at and run again: `npm run lambent -- events`.',
    why: 'AWS drops them.',
  },
  {
    subject: 'Events of a recursive loop',
    here: 'The record for the destination has the condition RecursiveInvocation.',
    why: 'AWS does not say what it has.',
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
