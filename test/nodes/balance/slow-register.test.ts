import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Balance } from '../../../nodes/balance/home.ts';
import type { MinuteRecord } from '../../../nodes/journal/minute.ts';
import { MinuteBuilder } from '../../../nodes/journal/minute-builder.ts';
import { isoTime } from '../../../nodes/site/clock.ts';
import { siteConfigSchema } from '../../../nodes/site/schema.ts';

const START_MS = Date.parse('2026-06-01T10:00:00Z');
const BEGUN_KWH = 5000;
const METERS = [{ id: 'm', source: 'external', channels: [{ id: 'mains', role: 'grid' }] }];

interface Told {
  powerW: number;
  /** As the register shows it; left out where it is not read. */
  importKwh?: number;
}

interface Life {
  seconds: number;
  stepKwh: number;
  told: (second: number) => Told;
  /** Three phases that the meter counts one by one: only the net of its counters stands. */
  perPhase?: boolean;
  each?: (totalKwh: number, second: number) => void;
}

interface Lived {
  minutes: MinuteRecord[];
  totalKwh: number;
  seenKwh: number;
  recoveredKwh: number;
  mostKwh: number;
  events: string[];
}

function live({ seconds, stepKwh, told, perPhase = false, each }: Life): Lived {
  const config = siteConfigSchema.parse({
    meters: METERS,
    ...(perPhase && { site: { service: 'three_phase', nominal_voltage: 230, service_amps: 63 } }),
  });
  const start = { wallMs: START_MS, monoMs: 0 };
  const balance = new Balance({ config, run: 'r', simulated: false, start });
  const builder = new MinuteBuilder('c');
  const minutes: MinuteRecord[] = [];
  let totalKwh = 0;
  for (let second = 0; second <= seconds; second++) {
    const now = { wallMs: START_MS + second * 1000, monoMs: second * 1000 };
    const { powerW, importKwh } = told(second);
    const counters = importKwh !== undefined && { import_kwh: importKwh, export_kwh: 0 };
    const mains = { role: 'grid' as const, power_w: powerW, ...counters };
    const shape = {
      counter_step_kwh: stepKwh,
      ...(perPhase && { counters: 'per_phase' as const }),
    };
    balance.take({
      meter: 'm',
      ts: isoTime(now.wallMs),
      mono_ms: now.monoMs,
      ok: true,
      channels: { mains: { ...mains, ...shape } },
    });
    const { snapshot, measured } = balance.tick(now);
    minutes.push(...builder.take(snapshot, measured));
    totalKwh = measured.ledger.totals.import_kwh ?? 0;
    each?.(totalKwh, second);
  }
  const open = builder.cut();
  if (open) minutes.push(open);
  const seen = minutes.map(({ energy }) => energy.import_kwh ?? 0);
  return {
    minutes,
    totalKwh,
    seenKwh: seen.reduce((sum, kwh) => sum + kwh, 0),
    recoveredKwh: minutes.reduce(
      (sum, { recovered }) => sum + (recovered?.energy.import_kwh ?? 0),
      0,
    ),
    mostKwh: Math.max(...seen),
    events: minutes.flatMap(({ events = [] }) => events.map(({ event }) => event)),
  };
}

const kwhOf = (watts: number, seconds: number) => (watts * seconds) / 3_600_000;
const near = (found: number, expected: number, within: number, what = 'kWh') =>
  assert.ok(
    Math.abs(found - expected) <= within,
    `${what}: ${found} is not ${expected} +- ${within}`,
  );

/** A register that tells every `everyS` seconds what has passed, cut to whole steps. */
class Register {
  trueKwh = 0;
  #shownKwh = 0;
  #everyS: number;
  #firstS: number;
  #stepKwh: number;

  constructor(everyS: number, firstS: number, stepKwh: number) {
    this.#everyS = everyS;
    this.#firstS = firstS;
    this.#stepKwh = stepKwh;
  }

  told(second: number, powerW: number): Told {
    this.trueKwh += second === 0 ? 0 : kwhOf(powerW, 1);
    if (second % this.#everyS === this.#firstS % this.#everyS) this.#shownKwh = this.trueKwh;
    const steps = Math.floor(this.#shownKwh / this.#stepKwh + 1e-9);
    return { powerW, importKwh: BEGUN_KWH + steps * this.#stepKwh };
  }
}

describe('an energy register that is renewed slowly', () => {
  for (const everyS of [15, 60]) {
    for (const powerW of [300, 5000, 20_000]) {
      for (const stepKwh of [0.001, 0.01]) {
        it(`loses nothing of ${powerW} W, each ${everyS} s, step ${stepKwh} kWh`, () => {
          const register = new Register(everyS, 7, stepKwh);
          const renewalKwh = kwhOf(powerW, everyS);
          const lived = live({
            seconds: 1200,
            stepKwh,
            told: (second) => register.told(second, powerW),
            each: (totalKwh) =>
              near(totalKwh - BEGUN_KWH, register.trueKwh, stepKwh + renewalKwh + kwhOf(powerW, 2)),
          });
          assert.deepEqual(lived.events, []);
          assert.equal(lived.recoveredKwh, 0);
          near(lived.seenKwh, register.trueKwh, stepKwh + renewalKwh);
          const minuteKwh = kwhOf(powerW, 60);
          assert.ok(lived.mostKwh <= minuteKwh + renewalKwh + 2 * stepKwh, `${lived.mostKwh}`);
        });
      }
    }
  }

  it('decides how much, not what power says', () => {
    for (const factor of [0.9, 1.1]) {
      const register = new Register(60, 7, 0.001);
      const lived = live({
        seconds: 3600,
        stepKwh: 0.001,
        told: (second) => ({ ...register.told(second, 5000), powerW: 5000 * factor }),
      });
      near(lived.totalKwh - BEGUN_KWH, register.trueKwh, 0.001 + kwhOf(5500, 60));
    }
  });

  it('loses nothing where only the net of the counters stands', () => {
    for (const everyS of [30, 60]) {
      const register = new Register(everyS, 7, 0.001);
      const lived = live({
        seconds: 1800,
        stepKwh: 0.001,
        perPhase: true,
        told: (second) => register.told(second, 5000),
      });
      assert.deepEqual(lived.events, []);
      near(lived.seenKwh, register.trueKwh, 0.003 + kwhOf(5000, everyS));
    }
  });
});

describe('what power came to beside a counter', () => {
  const sum = (minutes: readonly MinuteRecord[], key: 'import_kwh' | 'integrated_import_kwh') =>
    minutes.reduce((total, { channels }) => total + (channels['m/mains']?.[key] ?? 0), 0);

  it('shows how far they are apart', () => {
    for (const perPhase of [false, true]) {
      const register = new Register(1, 0, 0.001);
      const { minutes } = live({
        seconds: 3600,
        stepKwh: 0.001,
        perPhase,
        told: (second) => ({ ...register.told(second, 3000), powerW: 3150 }),
      });
      near(sum(minutes, 'import_kwh'), 3, 0.01);
      near(sum(minutes, 'integrated_import_kwh'), 3.15, 0.01);
    }
  });

  it('is not told where there is none', () => {
    const { minutes } = live({ seconds: 120, stepKwh: 0.001, told: () => ({ powerW: 3000 }) });
    const told = minutes.flatMap(({ channels }) => Object.keys(channels['m/mains'] ?? {}));
    assert.equal(told.includes('integrated_import_kwh'), false);
  });
});

describe('a register that stands still', () => {
  /** Stands still from `fromS` on; after `seconds` it goes on from where it should be, or where it was. */
  const frozen = (
    powerW: number,
    fromS: number,
    seconds: number,
    then: 'all' | 'again at 9 kWh',
  ) => {
    const register = new Register(1, 0, 0.001);
    let still = 0;
    return (second: number): Told => {
      const told = register.told(second, powerW);
      if (second < fromS) still = told.importKwh ?? 0;
      if (second < fromS + seconds)
        return { powerW, importKwh: Math.min(still, told.importKwh ?? 0) };
      if (then === 'all') return told;
      return { powerW, importKwh: 9 + kwhOf(powerW, second - fromS - seconds) };
    };
  };

  it('and tells later is believed: nothing is lost', () => {
    const lived = live({ seconds: 3600, stepKwh: 0.001, told: frozen(2000, 1000, 600, 'all') });
    near(lived.totalKwh - BEGUN_KWH, 2, 0.003);
    near(lived.seenKwh + lived.recoveredKwh, 2, 0.003);
    near(lived.recoveredKwh, kwhOf(2000, 600), 0.003);
    assert.ok(lived.mostKwh <= kwhOf(2000, 62), `${lived.mostKwh}`);
  });

  it('and tells too much at once: what power saw stands, as a block and not as a spike', () => {
    const lived = live({ seconds: 3600, stepKwh: 0.001, told: frozen(20_000, 1000, 1200, 'all') });
    assert.deepEqual(lived.events, ['counter_jump']);
    near(lived.seenKwh + lived.recoveredKwh, 20, 0.03);
    near(lived.totalKwh - BEGUN_KWH, 20, 0.03);
    near(lived.recoveredKwh, kwhOf(20_000, 1200), 0.03);
    assert.ok(lived.mostKwh <= kwhOf(20_000, 61), `${lived.mostKwh}`);
    const block = lived.minutes.find(({ recovered }) => recovered)?.recovered;
    near(Date.parse(block?.from ?? '') - START_MS, 1_000_000, 5000, 'from');
    near(Date.parse(block?.to ?? '') - START_MS, 2_200_000, 5000, 'to');
    const marked = lived.minutes.map(({ covered_s, recovered_s = 0 }) => covered_s + recovered_s);
    assert.ok(Math.max(...marked) <= 60, 'its seconds were seen, and count once');
  });

  it('at night, but for what power sees wrongly, makes no block when it moves again', () => {
    const lived = live({
      seconds: 3600,
      stepKwh: 0.001,
      told: (second) => {
        const importKwh =
          BEGUN_KWH + Math.floor(1000 * kwhOf(20_000, Math.max(0, second - 3000)) + 1e-9) / 1000;
        return second <= 3000 ? { powerW: 20, importKwh } : { powerW: 20_000, importKwh };
      },
    });
    assert.equal(lived.recoveredKwh, 0);
    near(lived.totalKwh - BEGUN_KWH, kwhOf(20_000, 600), 0.002);
  });

  it('and begins again elsewhere: what power saw stands', () => {
    for (const seconds of [50, 600]) {
      const told = frozen(5000, 1000, seconds, 'again at 9 kWh');
      const lived = live({ seconds: 3600, stepKwh: 0.001, told });
      assert.equal(lived.events.length, 1);
      near(lived.seenKwh + lived.recoveredKwh, 5, 0.02);
    }
  });

  it('is not believed for one wild read', () => {
    const register = new Register(60, 7, 0.001);
    const lived = live({
      seconds: 1800,
      stepKwh: 0.001,
      told: (second) => {
        const told = register.told(second, 5000);
        return second === 1000 ? { ...told, importKwh: BEGUN_KWH + 1400 } : told;
      },
    });
    assert.deepEqual(lived.events, []);
    near(lived.seenKwh, register.trueKwh, 0.001 + kwhOf(5000, 60));
  });

  it('never gives more than its counter and power can explain', () => {
    const watts = fc.array(fc.integer({ min: 0, max: 12_000 }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(watts, fc.integer({ min: 1, max: 90 }), fc.nat(89), (powers, everyS, firstS) => {
        const register = new Register(everyS, firstS, 0.01);
        const lived = live({
          seconds: 1200,
          stepKwh: 0.01,
          told: (second) => register.told(second, powers[Math.floor(second / 100)] ?? 0),
        });
        assert.deepEqual(lived.events, []);
        near(lived.totalKwh - BEGUN_KWH, register.trueKwh, 0.01 + kwhOf(12_000, everyS + 2));
      }),
      { numRuns: 40 },
    );
  });
});
