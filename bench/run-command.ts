import { startProcess } from './processes.ts'

/** Runs a command to its end and returns what it printed; rejects when it fails or takes longer than `limitMs`. */
export async function runCommand(command: string, args: readonly string[], limitMs: number): Promise<string> {
  const child = startProcess(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
  let [output, complaint] = ['', '']
  child.stdout?.on('data', (chunk) => (output += chunk))
  child.stderr?.on('data', (chunk) => (complaint += chunk))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  clearTimeout(timer)
  if (code !== 0) throw new Error(`${command} ended with ${code ?? 'a signal'}: ${complaint || output}`)
  return output
}
