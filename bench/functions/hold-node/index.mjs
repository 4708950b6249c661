import { setTimeout as sleep } from 'node:timers/promises'

// Longer than a measurement takes, and shorter than anybody would wait for the server to stop.
export const handler = () => sleep(20_000)
