/** What the kernel says a process used: CPU time, wake-ups, memory. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

export interface Usage {
  /** CPU time per second of wall time, ms. */
  cpuMsPerS: number;
  /** Times per second that a thread woke up after waiting. */
  wakeUpsPerS: number;
  /** Proportional set size, MB, at the end. */
  pssMb: number;
}

/** Watches a process for a while. */
export async function usageOf(pid: number, seconds: number): Promise<Usage> {
  const before = counters(pid);
  await wait(seconds * 1000);
  const after = counters(pid);
  const elapsedS = (after.atMs - before.atMs) / 1000;
  return {
    cpuMsPerS: (after.cpuNs - before.cpuNs) / 1e6 / elapsedS,
    wakeUpsPerS: (after.wakeUps - before.wakeUps) / elapsedS,
    pssMb: pssMb(pid),
  };
}

function counters(pid: number): { atMs: number; cpuNs: number; wakeUps: number } {
  let cpuNs = 0;
  let wakeUps = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const folder = `/proc/${pid}/task/${task}`;
    cpuNs += Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0]);
    const status = readFileSync(`${folder}/status`, 'utf8');
    wakeUps += Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  }
  return { atMs: performance.now(), cpuNs, wakeUps };
}

function pssMb(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? Number.NaN) / 1024;
}
