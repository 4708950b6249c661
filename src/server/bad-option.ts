/** A mistake in the command line or the environment: its message is all that the user needs. */
export class BadOption extends Error {}
