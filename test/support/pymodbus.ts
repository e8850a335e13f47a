/** Runs the independent slave (`pymodbus-slave.py`) as a child process. Needs `requireTool('pymodbus')`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** unit -> function -> 0-based address -> 16-bit value */
export type Registers = Record<string, Partial<Record<'3' | '4', Record<string, number>>>>;

export interface PymodbusSlave {
  /** The port it listens on; 0 on a serial line. */
  port: number;
  /** Changes registers while it runs. */
  set(registers: Registers): Promise<void>;
  stop(): Promise<void>;
}

export interface PymodbusSetup {
  kind: 'tcp' | 'rtu-over-tcp' | 'rtu';
  /** A TCP port (0 takes a free one) or the path of a serial port. */
  where?: number | string;
  registers: Registers;
  baud?: number;
}

export async function startPymodbus(setup: PymodbusSetup): Promise<PymodbusSlave> {
  const { kind, where = 0, registers, baud = 9600 } = setup;
  const script = fileURLToPath(new URL('./pymodbus-slave.py', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'solthrive-pymodbus-'));
  const file = join(folder, 'registers.json');
  writeFileSync(file, JSON.stringify(registers));
  const child = spawn('/usr/bin/python3', [script, kind, String(where), file, String(baud)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const ready = await nextLine(child, lines);
  return {
    port: kind === 'rtu' ? 0 : Number(ready.split(' ')[1]),
    set: async (changed) => {
      writeFileSync(file, JSON.stringify(changed));
      child.stdin.write('\n');
      await nextLine(child, lines);
    },
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function nextLine(child: ChildProcess, lines: Interface): Promise<string> {
  const ended = new AbortController();
  const died = once(child, 'exit', { signal: ended.signal }).then(() => {
    throw new Error('the pymodbus slave ended');
  });
  try {
    const [line] = await Promise.race([once(lines, 'line', { signal: ended.signal }), died]);
    return String(line);
  } finally {
    died.catch(() => undefined);
    ended.abort();
  }
}
