/** A small home, and what its parts say, for tests of those who are fed. */
import { tmpdir } from 'node:os';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { Snapshot } from '../../nodes/balance/snapshot.ts';
import type { MeterStatus } from '../../nodes/meter/meter-status.ts';
import type { Reading } from '../../nodes/meter/reading.ts';
import type { Site } from '../../nodes/site/config.ts';
import { siteConfigSchema } from '../../nodes/site/schema.ts';

/** Split phase, one meter `main` with mains and solar, unless `config` says otherwise. */
export function sampleSite(config: Record<string, unknown> = {}, rest: Partial<Site> = {}): Site {
  const folder = tmpdir();
  return {
    config: siteConfigSchema.parse({
      buses: [{ id: 'lan', type: 'tcp', host: '127.0.0.1' }],
      meters: [sampleMeter('main')],
      ...config,
    }),
    hash: 'abc',
    paths: {
      etc: folder,
      boot: [],
      data: folder,
      run: folder,
      records: folder,
      shipped: folder,
    },
    simulated: null,
    problems: [],
    origins: {},
    version: '2.0.0',
    ...rest,
  };
}

export function sampleMeter(id: string, role = 'grid', unit = 1): Record<string, unknown> {
  const channels = [
    { id: 'mains', role, phases: ['l1', 'l2'] },
    { id: 'pv', role: role === 'grid' ? 'solar' : role, phases: ['l3'] },
  ];
  return { id, profile: 'ccs-wattnode-wnc', bus: 'lan', unit, channels };
}

export function sampleReading(monoMs: number, voltage = 120, meter = 'main'): Reading {
  return {
    meter,
    ts: '2026-06-21T12:00:00.000Z',
    mono_ms: monoMs,
    ok: true,
    frequency_hz: 60,
    channels: {
      mains: {
        role: 'grid',
        power_w: 500,
        phases: { l1: { voltage_v: voltage, current_a: 4, power_w: 500 } },
      },
    },
  };
}

export function failedReading(monoMs: number, meter = 'main', code = 'bus_timeout'): Reading {
  const error = { code, message: 'no answer' };
  return { meter, ts: '2026-06-21T12:00:00.000Z', mono_ms: monoMs, ok: false, error, channels: {} };
}

export function sampleStatus(meter = 'main'): MeterStatus {
  return {
    meter,
    bus: 'lan',
    line: { state: 'open', reconnects: 0 },
    state: 'live',
    since: '2026-06-21T12:00:00.000Z',
    latency_ms: 40,
    cycle_ms: 1_000,
    failures: 0,
    identity: 'match',
    missing: [],
    plan: { fast: ['3:1000x34'], slow: [] },
    stats: { unit: 1, requests: 10, errors: {}, latencyMs: 12, wireMs: 400, failures: 0 },
  };
}

export function sampleSnapshot(seq = 1, ageMs: number | null = 20): Snapshot {
  return {
    ts: new Date(Date.parse('2026-06-21T12:00:00Z') + seq * 1_000).toISOString(),
    seq,
    run: 'run-1',
    solar_w: 1_000,
    home_w: 1_500,
    grid_w: 500,
    import_w: 500,
    export_w: 0,
    solar_standby_w: 0,
    flows: { solar_home_w: 1_000, solar_grid_w: 0, grid_home_w: 500 },
    residual_w: 0,
    energy: { solar_kwh: 1, home_kwh: 2, import_kwh: 1, export_kwh: 0 },
    channels: { 'main/mains': { role: 'grid', power_w: 500, age_ms: ageMs } },
    sources: { main: { ok: true, age_ms: ageMs, latency_ms: 40, errors: 0 } },
    quality: 'good',
    errors: [],
  };
}

/** A config node `solthrive-site` that is just the site it is given. */
export function siteNode(site: Site): (RED: NodeAPI) => void {
  return (RED) => {
    RED.nodes.registerType('solthrive-site', function (this: Node & { site?: Site }, def: NodeDef) {
      RED.nodes.createNode(this, def);
      this.site = site;
    });
  };
}

/** The text of the badge a node wears, of those it was seen to put on in this test. */
export function badgeOf(node: Node): string | undefined {
  const { status } = node as unknown as { status: { getCalls(): StatusCall[] } };
  const calls = status.getCalls().filter(({ thisValue }) => thisValue === node);
  return calls.at(-1)?.args[0].text;
}

interface StatusCall {
  thisValue: unknown;
  args: [{ text: string }];
}
