/** What the machine tells about itself: time on the processor, memory, disk, temperature, its supply. */
import { readdir, readFile, statfs } from 'node:fs/promises';
import * as os from 'node:os';
import type { Clock } from '../site/clock.ts';
import type { HostReport } from './report.ts';

const MB = 1_000_000;
const GB = 1_000_000_000;
const THERMAL_ZONE = '/sys/class/thermal/thermal_zone0/temp';
const SENSORS = '/sys/class/hwmon';
/** The kernel's raspberrypi-hwmon, which asks the firmware every two seconds. */
const VOLTAGE_SENSOR = 'rpi_volt';
/** Of kernels before it: bit 0 is low now, bit 16 has been low since the start of the machine. */
const THROTTLED = '/sys/devices/platform/soc/soc:firmware/get_throttled';
const LOW_NOW = 1 << 0;
const LOW_SINCE_BOOT = 1 << 16;

export interface DiskSpace {
  freeBytes: number;
  totalBytes: number;
  /** How many more files it takes; null where its file system has no such limit. */
  freeFiles: number | null;
}

/** Whether the voltage of the supply is too low. */
export interface Undervoltage {
  now: boolean;
  /** Left out where only the present is told. */
  since_boot?: boolean;
}

/** The questions asked of the machine; a test answers them itself. */
export interface HostPorts {
  /** What is left of the disk that holds a folder. */
  disk(folder: string): Promise<DiskSpace>;
  readText(file: string): Promise<string>;
  /** The names in a folder. */
  list(folder: string): Promise<string[]>;
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
  list: (folder) => readdir(folder),
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
  /** Where the voltage is told; null where it is not, undefined until that was looked for. */
  #voltageFile: string | null | undefined;
  #undervoltage: Undervoltage | null = null;
  #cpu: { atMs: number; usedMs: number };
  #cpuPercent: number | null = null;

  /** @param folder where records go */
  constructor(ports: HostPorts, clock: Clock, folder: string) {
    this.#ports = ports;
    this.#clock = clock;
    this.#folder = folder;
    this.#cpu = { atMs: clock.mono(), usedMs: ports.cpuMs() };
  }

  /** What is left for records; null while not known. */
  get disk(): DiskSpace | null {
    return this.#disk;
  }

  /** °C; null where it is not told. */
  get temperatureC(): number | null {
    return this.#temperatureC;
  }

  /** Null where it is not told. */
  get undervoltage(): Undervoltage | null {
    return this.#undervoltage;
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
    const degrees = Number.parseInt(await this.#read(THERMAL_ZONE), 10) / 1_000;
    this.#temperatureC = Number.isFinite(degrees) ? degrees : null;
  }

  /** Asks for what may be over in seconds; costs nothing where there is nothing to ask. Never rejects. */
  async glance(): Promise<void> {
    if (this.#voltageFile === undefined) this.#voltageFile = await this.#findVoltage();
    if (this.#voltageFile === null) return;
    const text = (await this.#read(this.#voltageFile)).trim();
    this.#undervoltage = parseVoltage(this.#voltageFile, text);
  }

  async #findVoltage(): Promise<string | null> {
    for (const name of await this.#ports.list(SENSORS).catch(() => [])) {
      const sensor = (await this.#read(`${SENSORS}/${name}/name`)).trim();
      if (sensor === VOLTAGE_SENSOR) return `${SENSORS}/${name}/in0_lcrit_alarm`;
    }
    return (await this.#read(THROTTLED)) === '' ? null : THROTTLED;
  }

  #read(file: string): Promise<string> {
    return this.#ports.readText(file).catch(() => '');
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
        ...(this.#disk.freeFiles === null ? {} : { free_files: this.#disk.freeFiles }),
      },
      ...(this.#temperatureC === null ? {} : { temperature_c: this.#temperatureC }),
      ...(this.#undervoltage === null ? {} : { undervoltage: this.#undervoltage }),
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

function parseVoltage(file: string, text: string): Undervoltage | null {
  if (file !== THROTTLED) return text === '' ? null : { now: text === '1' };
  const bits = Number.parseInt(text, 16);
  if (Number.isNaN(bits)) return null;
  return { now: (bits & LOW_NOW) !== 0, since_boot: (bits & LOW_SINCE_BOOT) !== 0 };
}

function megabytes(bytes: number): number {
  return Math.round(bytes / (MB / 10)) / 10;
}

function hundredth(value: number): number {
  return Math.round(value * 100) / 100;
}
