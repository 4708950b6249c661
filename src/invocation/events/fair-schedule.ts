/**
 * Whose turn it is: of the owners that have something waiting, the one with the fewest things running; in turns among
 * equals. Each owner has lanes, which take turns as well.
 */
export class FairSchedule<Lane> {
  readonly #ownerOf: (lane: Lane) => string
  readonly #owners = new Map<string, Owner<Lane>>()
  /** The owners that have something waiting, by how much of theirs runs. */
  readonly #waiting: Set<Owner<Lane>>[] = []
  #running = 0

  constructor(ownerOf: (lane: Lane) => string) {
    this.#ownerOf = ownerOf
  }

  get running(): number {
    return this.#running
  }

  /** Something waits in the lane. */
  add(lane: Lane): void {
    const owner = this.#ownerAt(this.#ownerOf(lane))
    owner.lanes.add(lane)
    this.#place(owner)
  }

  /** The lane is left out until something is added again. */
  remove(lane: Lane): void {
    const owner = this.#ownerAt(this.#ownerOf(lane))
    owner.lanes.delete(lane)
    this.#change(owner, 0)
  }

  /** The lane whose turn it is. */
  next(): Turn<Lane> | undefined {
    for (const owners of this.#waiting) {
      const [owner] = owners ?? []
      const [lane] = owner?.lanes ?? []
      if (owner && lane !== undefined) return { lane, running: owner.running, owners: this.#owners.size }
    }
    return undefined
  }

  /** Something of the lane runs from now on; it waits no more until it is added again. */
  begin(lane: Lane): void {
    const owner = this.#ownerAt(this.#ownerOf(lane))
    owner.lanes.delete(lane)
    this.#running++
    this.#change(owner, 1)
  }

  end(lane: Lane): void {
    this.#running--
    this.#change(this.#ownerAt(this.#ownerOf(lane)), -1)
  }

  #ownerAt(key: string): Owner<Lane> {
    const known = this.#owners.get(key)
    if (known) return known
    const owner: Owner<Lane> = { key, running: 0, lanes: new Set() }
    this.#owners.set(key, owner)
    return owner
  }

  #change(owner: Owner<Lane>, by: number): void {
    this.#waiting[owner.running]?.delete(owner)
    owner.running += by
    if (owner.running === 0 && owner.lanes.size === 0) this.#owners.delete(owner.key)
    else this.#place(owner)
  }

  #place(owner: Owner<Lane>): void {
    if (owner.lanes.size === 0) return
    this.#waiting[owner.running] ??= new Set()
    this.#waiting[owner.running]?.add(owner)
  }
}

export interface Turn<Lane> {
  readonly lane: Lane
  /** How much of its owner's runs. */
  readonly running: number
  /** Owners of whom something runs or waits. */
  readonly owners: number
}

interface Owner<Lane> {
  readonly key: string
  running: number
  readonly lanes: Set<Lane>
}
