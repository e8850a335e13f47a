/**
 * What can be asked of the health of a site from outside the flows: by the control socket. One node
 * answers for a data folder while it runs.
 */
import type { LiveSecond } from './commission/live.ts';
import type { UtilityLook } from './commission/utility.ts';
import type { DoctorReport } from './doctor/doctor.ts';
import type { Acknowledgement, Fault } from './faults.ts';

export type { Acknowledgement };

export interface HealthDesk {
  faults(): Fault[];
  /** @throws SolthriveError `fault_unknown` where no such fault is active, `until_past` */
  acknowledge(given: Acknowledgement): Fault;
  doctor(): DoctorReport;
  /** Takes new looks at the utility's meter from their file. @returns those of the site as it is wired */
  utility(): UtilityLook[];
  /** The site as it is lived, for so long, ms. */
  seconds(forMs: number): AsyncIterable<LiveSecond>;
}

const desks = new Map<string, HealthDesk>();

/** The desk of the node that watches over a data folder; null while none does. */
export function healthDeskOf(data: string): HealthDesk | null {
  return desks.get(data) ?? null;
}

/** @returns what closes the desk again */
export function openHealthDesk(data: string, desk: HealthDesk): () => void {
  desks.set(data, desk);
  return () => {
    if (desks.get(data) === desk) desks.delete(data);
  };
}
