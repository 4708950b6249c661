import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'

/** Where the figures come from; the load tells whether somebody else was busy. */
export function describeMachine() {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    node: process.version,
    loadAverage: Number((loadavg()[0] ?? 0).toFixed(2)),
  }
}

export type Machine = ReturnType<typeof describeMachine>

export const machineInWords = ({ cpu, cores, memoryGib, system, node, loadAverage }: Machine) =>
  `${cores} cores of ${cpu}, ${memoryGib} GiB, ${system}, Node.js ${node}, load average ${loadAverage} before the run`
