/** Who is next: first come first served within a unit, turn by turn between units. */
export class FairQueue<Job extends { unit: number }> {
  /** Units in the order of their turns; a unit is in the map only while it has jobs. */
  #lanes = new Map<number, Job[]>();

  get size(): number {
    let size = 0;
    for (const lane of this.#lanes.values()) size += lane.length;
    return size;
  }

  push(job: Job): void {
    const lane = this.#lanes.get(job.unit);
    if (lane) lane.push(job);
    else this.#lanes.set(job.unit, [job]);
  }

  shift(): Job | undefined {
    const turn = this.#lanes.entries().next();
    if (turn.done) return undefined;
    const [unit, lane] = turn.value;
    const job = lane.shift();
    this.#lanes.delete(unit);
    if (lane.length > 0) this.#lanes.set(unit, lane);
    return job;
  }
}
