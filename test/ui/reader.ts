/** An English reader with American habits, and a snapshot to say things about. */
import type { Snapshot } from '../../nodes/balance/snapshot.ts';
import type { Reader } from '../../ui/elements/format.ts';
import { speak } from '../../ui/strings/strings.ts';

const english = {
  say: speak('en'),
  sayFault: speak('en', 'faults'),
  sayDoctor: speak('en', 'doctor'),
};

export const reader: Reader = { locale: 'en-US', ...english };
export const german: Reader = { locale: 'de-DE', ...english };

/** Noon: the sun covers the home, the rest goes to the grid. */
export function noon(change: Partial<Snapshot> = {}): Snapshot {
  return {
    ts: '2026-06-21T12:00:00.000Z',
    seq: 1,
    run: 'r1',
    solar_w: 4324,
    home_w: 812,
    grid_w: -3512,
    import_w: 0,
    export_w: 3512,
    solar_standby_w: 0,
    flows: { solar_home_w: 812, solar_grid_w: 3512, grid_home_w: 0 },
    residual_w: 0,
    energy: { solar_kwh: null, home_kwh: null, import_kwh: null, export_kwh: null },
    channels: {},
    sources: { main: { ok: true, age_ms: 20, latency_ms: 40, errors: 0 } },
    quality: 'good',
    errors: [],
    ...change,
  };
}
