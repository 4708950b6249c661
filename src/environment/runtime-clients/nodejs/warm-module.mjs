// Loaded ahead, in the place of a function.
export const handler = async () => null
