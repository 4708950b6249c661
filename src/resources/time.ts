/** `2026-11-25T02:26:54.123+0000` */
export const lambdaTime = (epochMs: number) => new Date(epochMs).toISOString().replace('Z', '+0000')
