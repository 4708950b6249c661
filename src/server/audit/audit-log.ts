import { join } from 'node:path'
import type { Clock, Log } from '#base'
import { AuditFile } from './audit-file.ts'
import type { AuditRecord } from './audit-record.ts'

/**
 * Who changed what, and who was denied what: one JSON object a line. In two files, so that somebody without a key, who
 * can be denied as often as he likes, cannot push the changes out.
 */
export class AuditLog {
  readonly #clock: Clock
  readonly #changes: AuditFile
  readonly #denials: AuditFile

  constructor(of: { readonly dataDirectory: string; readonly clock: Clock; readonly log: Log }) {
    const directory = join(of.dataDirectory, 'audit')
    this.#clock = of.clock
    this.#changes = new AuditFile(directory, 'changes', of.clock, of.log)
    this.#denials = new AuditFile(directory, 'denials', of.clock, of.log)
  }

  append(record: AuditRecord): void {
    const file = record.outcome === 'denied' ? this.#denials : this.#changes
    file.append(JSON.stringify({ time: new Date(this.#clock.now()).toISOString(), ...record }))
  }

  async written(): Promise<void> {
    await Promise.all([this.#changes.written(), this.#denials.written()])
  }
}
