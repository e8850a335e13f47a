/** The API node on a server of its own, in front of three and a half days of records. */
import { once } from 'node:events';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import apiNode from '../../../nodes/api/api.ts';
import type { Fault } from '../../../nodes/health/faults.ts';
import type { HealthReport } from '../../../nodes/health/report.ts';
import { sampleSite, sampleSnapshot, sampleStatus, siteNode } from '../../support/samples.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { minutesFrom, rollUp, siteWith } from '../history/samples.ts';

helper.init(createRequire(import.meta.url).resolve('node-red'));

export const TOKEN = 'v7Yk0Qw2eR4tY6uI8oP0aS2dF4gH6jK8lZ0xC2vB4nM';
/** 2026-06-18T00:00 in Chicago. */
const START = '2026-06-18T05:00:00Z';
const NOW = '2026-06-21T17:00:10.000Z';
const TARIFF = {
  id: 'flat',
  valid_from: '2026-01-01',
  currency: 'USD',
  periods: [{ id: 'all', rate: 0.2 }],
};

export interface RunningApi {
  server: Server;
  url: string;
  /** The folder of the records. */
  records: string;
  clock: VirtualClock;
  tell(topic: string, payload: unknown): Promise<void>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

export async function startApi(): Promise<RunningApi> {
  const minutes = minutesFrom(
    START,
    Array.from({ length: 5_040 }, () => 100),
  );
  const { records, config } = siteWith(minutes, { tariffs: [TARIFF] });
  await rollUp({ records, data: records, config, hash: 'abc' }, Date.parse(NOW));
  const etc = mkdtempSync(join(tmpdir(), 'solthrive-api-'));
  writeFileSync(join(etc, 'token'), `${TOKEN}\n`);
  chmodSync(join(etc, 'token'), 0o600);
  const paths = { ...sampleSite().paths, records, data: records, etc };
  const site = sampleSite({}, { config, paths });
  const clock = new VirtualClock(NOW);
  let app: RequestListener | undefined;
  const mounted = (RED: NodeAPI) => {
    app = RED.httpNode as unknown as RequestListener;
    apiNode(RED, clock);
  };
  const flow = [
    { id: 'tab', type: 'tab' },
    { id: 'site', type: 'solthrive-site' },
    { id: 'api', type: 'solthrive-api', site: 'site', z: 'tab' },
  ];
  await helper.load([siteNode(site), mounted], flow as never);
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    server,
    url,
    records,
    clock,
    async tell(topic, payload) {
      const node = helper.getNode('api');
      const heard = once(node, 'heard');
      node.once('input', () => node.emit('heard'));
      node.receive({ topic, payload } as never);
      await heard;
    },
    get: (path, headers = { Authorization: `Bearer ${TOKEN}` }) =>
      fetch(`${url}${path}`, { headers }),
    async stop() {
      server.close();
      server.closeAllConnections();
      await helper.unload();
    },
  };
}

export const SNAPSHOT = sampleSnapshot(4);

/** With all a fault may have, and with no more than it must. */
const FAULTS: Fault[] = [
  {
    id: 'ct_reversed',
    source: 'main/mains',
    cause: 'one_leg',
    severity: 'warning',
    state: 'suspected',
    since: NOW,
    acknowledged: { by: 'Ada', until: NOW },
    evidence: { power_w: -120 },
    message: 'Turned round.',
    advice: 'Turn it.',
  },
  {
    id: 'data_stale',
    source: 'main',
    severity: 'fault',
    state: 'confirmed',
    since: NOW,
    evidence: {},
    message: 'No new data.',
    advice: 'Look.',
  },
];

export const REPORT = {
  status: 'ok',
  modbus_status: 'ok',
  storage: '12GB_free',
  measured_mono_ms: 0,
  errors: ['ct_reversed', 'data_stale'],
  faults: FAULTS,
  version: '2.0.0',
  system: {
    version: '2.0.0',
    uptime_s: 7,
    host: {
      uptime_s: 70,
      cpu: { percent: null, load: [0.1], cores: 4 },
      memory: { rss_mb: 90 },
      disk: { free_mb: 12_900, total_mb: 32_000, free_files: 900_000 },
      undervoltage: { now: false },
    },
    runs: {
      started_at: NOW,
      reboots: 1,
      last_end: { how: 'power_loss', at: null },
      crashes_24h: 0,
      crashes_7d: 0,
    },
    disk_full: { of: 'space', days_left: 700 },
    event_loop_delay_ms: null,
    poll_drift_ms: {},
    poll_interval_ms: 1_000,
    meters: { main: sampleStatus() },
    buses: {},
    request_errors: {
      main: { bus: 'lan', requests: 300, failures: 1, percent: 0.3, kinds: { crc: 1 } },
    },
    clock: { now: NOW, trusted: true },
  },
} as unknown as HealthReport;
