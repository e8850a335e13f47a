import assert from 'node:assert/strict';
import { judgeSolarOff, SolarProof } from '../../../../nodes/health/commission/solar-proof.ts';
import {
  judgeMeters,
  judgePlausible,
  judgeSupply,
} from '../../../../nodes/health/commission/soundness.ts';
import { type GridCounters, judgeUtility } from '../../../../nodes/health/commission/utility.ts';
import { siteConfigSchema } from '../../../../nodes/site/schema.ts';
import { type Panel, splitPhase } from './panel.ts';

const config = siteConfigSchema.parse({});

describe('meters and their supply', () => {
  it('answer with serial, sound volts and hertz', () => {
    const seconds = splitPhase().collect(5);
    assert.deepEqual(judgeMeters(seconds).params, { count: 1, serials: 'main: 4711' });
    const supply = judgeSupply(seconds, config);
    assert.equal(supply.reason, 'supply_pass');
    assert.equal(supply.measured.length, 4);
    assert.equal(judgePlausible(seconds, config).result, 'pass');
  });

  it('are told when they do not', () => {
    const panel = splitPhase();
    panel.answers = false;
    assert.equal(judgeMeters(panel.collect(3)).reason, 'meter_silent');
    const mixed = [...panel.collect(2), ...splitPhase().collect(2)];
    assert.equal(judgeMeters(mixed).reason, 'meter_unsteady');
    assert.equal(judgeMeters([]).reason, 'meters_none');
  });

  it('are told where volts, hertz or currents cannot be', () => {
    const of = (change: (panel: Panel) => void) => {
      const panel = splitPhase();
      change(panel);
      return panel.collect(3);
    };
    const lost = judgeSupply(
      of((panel) => (panel.input('main/mains', 'l2').volts = 3)),
      config,
    );
    assert.deepEqual([lost.reason, lost.params.input], ['volts_missing', 'main/mains l2']);
    const high = judgeSupply(
      of((panel) => (panel.input('main/mains', 'l1').volts = 231)),
      config,
    );
    assert.equal(high.reason, 'volts_off');
    assert.equal(
      judgeSupply(
        of((panel) => (panel.hertz = 55)),
        config,
      ).reason,
      'hertz_off',
    );
    const amps = judgePlausible(
      of((panel) => (panel.input('main/mains', 'l1').watts = 60_000)),
      config,
    );
    assert.equal(amps.reason, 'current_high');
  });
});

describe('solar', () => {
  it('off reads nothing, and every other CT consumption', () => {
    const panel = splitPhase();
    panel.input('main/pv', 'l3').watts = -12;
    assert.equal(judgeSolarOff(panel.collect(5)).reason, 'solar_off_pass');
    panel.input('main/pv', 'l3').watts = -180;
    assert.equal(judgeSolarOff(panel.collect(5)).reason, 'solar_awake');
    panel.input('main/pv', 'l3').watts = 0;
    panel.input('main/mains', 'l1').watts = -900;
    assert.equal(judgeSolarOff(panel.collect(5)).reason, 'mains_negative');
  });

  /** Switches 2 kW of solar off, of which the mains take over `answer`. */
  const switched = (answer: number, position: 'load_side' | 'line_side', sign = 1) => {
    const panel = splitPhase();
    const solar = panel.input('main/pv', 'l3');
    const mains = panel.input('main/mains', 'l1');
    solar.watts = sign * 2_000;
    mains.watts -= answer * 2_000;
    const proof = new SolarProof({ position, intervalMs: 1_000 });
    panel.pass(6, (second) => proof.take(second));
    assert.equal(proof.next, 'switch');
    assert.equal(proof.verdict().reason, 'solar_unseen');
    solar.watts = 0;
    mains.watts += answer * 2_000;
    panel.pass(8, (second) => proof.take(second));
    assert.equal(proof.next, 'done');
    return proof.verdict().reason;
  };

  it('is answered by the mains as its place wants it', () => {
    assert.equal(switched(1, 'load_side'), 'solar_pass');
    assert.equal(switched(1.09, 'load_side'), 'solar_pass');
    assert.equal(switched(0, 'line_side'), 'solar_line_pass');
  });

  it('tells what is wrong where it is answered otherwise', () => {
    assert.equal(switched(1, 'load_side', -1), 'solar_reversed');
    assert.equal(switched(-1, 'load_side'), 'mains_reversed');
    assert.equal(switched(0, 'load_side'), 'solar_line_side');
    assert.equal(switched(1, 'line_side'), 'solar_load_side');
    assert.equal(switched(0.5, 'load_side'), 'solar_factor');
  });
});

describe("the utility's meter", () => {
  const look = (utility: GridCounters, ours: GridCounters) => ({
    ts: '',
    by: 'Pat',
    utility,
    ours,
  });
  const first = look({ import_kwh: 5_000, export_kwh: 100 }, { import_kwh: 10, export_kwh: 1 });

  it('agrees with ours, or does not, once enough has flowed', () => {
    const later = (theirs: number, ours: number, exported = 100) =>
      judgeUtility(
        first,
        look(
          { import_kwh: 5_000 + theirs, export_kwh: exported },
          { import_kwh: 10 + ours, export_kwh: 1 },
        ),
      );
    assert.equal(later(50, 49).reason, 'utility_pass');
    const half = later(50, 25);
    assert.deepEqual([half.reason, half.params.percent], ['utility_off', 50]);
    assert.deepEqual([later(5, 1).result, later(5, 1).reason], ['open', 'utility_early']);
    assert.equal(later(-1, 5).reason, 'utility_back');
    assert.equal(later(50, 50, 140).reason, 'utility_off', 'export is judged by itself');
  });

  it('that tells no export is judged by what it tells', () => {
    const none = look({ import_kwh: 5_030, export_kwh: null }, { import_kwh: 40, export_kwh: 1 });
    assert.equal(judgeUtility(first, none).reason, 'utility_pass');
  });
});
