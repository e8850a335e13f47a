/** What the machine tells about itself: time on the processor, memory, disk, temperature. */
import { readFile, statfs } from 'node:fs/promises';
import * as os from 'node:os';
import type { Clock } from '../site/clock.ts';
import type { HostReport } from './report.ts';

const MB = 1_000_000;
const GB = 1_000_000_000;
const THERMAL_ZONE = '/sys/class/thermal/thermal_zone0/temp';

export interface DiskSpace {
  freeBytes: number;
  totalBytes: number;
  /** How many more files it takes; null where its file system has no such limit. */
  freeFiles: number | null;
}

/** The questions asked of the machine; a test answers them itself. */
export interface HostPorts {
  /** What is left of the disk that holds a folder. */
  disk(folder: string): Promise<DiskSpace>;
  readText(file: string): Promise<string>;
  /** Processor time of this process so far, ms. */
  cpuMs(): number;
  memory(): {
    rss: number;
    heapUsed: number;
    heapTotal: number;
    hostFree: number;
    hostTotal: number;
  };
  load(): number[];
  cores(): number;
  uptimeS(): number;
}

export const machine: HostPorts = {
  async disk(folder) {
    const { bsize, bavail, blocks, files, ffree } = await statfs(folder);
    const freeFiles = files === 0 ? null : ffree;
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, freeFiles };
  },
  readText: (file) => readFile(file, 'utf8'),
  cpuMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
  memory: () => ({ ...process.memoryUsage(), hostFree: os.freemem(), hostTotal: os.totalmem() }),
  load: () => os.loadavg(),
  cores: () => os.availableParallelism(),
  uptimeS: () => os.uptime(),
};

export class Host {
  readonly #ports: HostPorts;
  readonly #clock: Clock;
  readonly #folder: string;
  #disk: DiskSpace | null = null;
  #temperatureC: number | null = null;
  #cpu: { atMs: number; usedMs: number };
  #cpuPercent: number | null = null;

  /** @param folder where records go */
  constructor(ports: HostPorts, clock: Clock, folder: string) {
    this.#ports = ports;
    this.#clock = clock;
    this.#folder = folder;
    this.#cpu = { atMs: clock.mono(), usedMs: ports.cpuMs() };
  }

  /** Free bytes for records; null while not known. */
  get freeBytes(): number | null {
    return this.#disk?.freeBytes ?? null;
  }

  /** How many more files the disk takes; null while not known, or where there is no limit. */
  get freeFiles(): number | null {
    return this.#disk?.freeFiles ?? null;
  }

  /** `12GB_free`, in MB below 1 GB, `unknown` while not known. */
  get storage(): string {
    const bytes = this.freeBytes;
    if (bytes === null) return 'unknown';
    return bytes >= GB ? `${Math.floor(bytes / GB)}GB_free` : `${Math.floor(bytes / MB)}MB_free`;
  }

  /** Asks for what takes a system call that may wait. Never rejects: what is not told is not known. */
  async look(): Promise<void> {
    this.#disk = await this.#ports.disk(this.#folder).catch(() => null);
    const text = await this.#ports.readText(THERMAL_ZONE).catch(() => '');
    const degrees = Number.parseInt(text, 10) / 1_000;
    this.#temperatureC = Number.isFinite(degrees) ? degrees : null;
  }

  /** The processor share is the mean since the last report of at least a second ago. */
  report(): HostReport {
    this.#measureCpu();
    const { rss, heapUsed, heapTotal, hostFree, hostTotal } = this.#ports.memory();
    return {
      uptime_s: Math.floor(this.#ports.uptimeS()),
      cpu: {
        percent: this.#cpuPercent,
        load: this.#ports.load().map(hundredth),
        cores: this.#ports.cores(),
      },
      memory: {
        rss_mb: megabytes(rss),
        heap_used_mb: megabytes(heapUsed),
        heap_total_mb: megabytes(heapTotal),
        host_free_mb: megabytes(hostFree),
        host_total_mb: megabytes(hostTotal),
      },
      disk: this.#disk && {
        free_mb: megabytes(this.#disk.freeBytes),
        total_mb: megabytes(this.#disk.totalBytes),
      },
      ...(this.#temperatureC === null ? {} : { temperature_c: this.#temperatureC }),
    };
  }

  #measureCpu(): void {
    const atMs = this.#clock.mono();
    const passedMs = atMs - this.#cpu.atMs;
    if (passedMs < 1_000) return;
    const usedMs = this.#ports.cpuMs();
    this.#cpuPercent = Math.round((1_000 * (usedMs - this.#cpu.usedMs)) / passedMs) / 10;
    this.#cpu = { atMs, usedMs };
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / (MB / 10)) / 10;
}

function hundredth(value: number): number {
  return Math.round(value * 100) / 100;
}
