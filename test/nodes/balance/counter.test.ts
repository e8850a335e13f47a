import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  Counter,
  type CounterLimits,
  channelMaxW,
  serviceMaxW,
  solarMaxW,
} from '../../../nodes/balance/counter.ts';
import { siteConfigSchema } from '../../../nodes/site/schema.ts';

const LIMITS: CounterLimits = { maxW: 60_000, stepKwh: 0.01, modulusKwh: null };

interface Golden {
  id: string;
  what: string;
  prev: number;
  reads: number[];
  limits?: Partial<CounterLimits>;
  dtS?: number;
  /** Of the meter now; before it was `A1`. */
  serial?: string;
  added: number;
  event?: string;
  recovered?: boolean;
  base?: number;
}

const GOLDEN: Golden[] = [
  {
    id: 'C1',
    what: '32 bit rollover',
    prev: 42949672.9,
    reads: [0.05, 0.05, 0.05],
    limits: { modulusKwh: 42949672.96 },
    added: 0.11,
    event: 'rollover',
  },
  {
    id: 'C2',
    what: 'decimal rollover',
    prev: 999999.9,
    reads: [0.3, 0.3, 0.3],
    limits: { modulusKwh: 1_000_000, stepKwh: 0.1 },
    added: 0.4,
    event: 'rollover',
  },
  {
    id: 'C3',
    what: 'reset',
    prev: 5321.4,
    reads: [0.02, 0.02, 0.02],
    added: 0.02,
    event: 'reset',
    recovered: true,
  },
  {
    id: 'C4',
    what: 'another meter',
    prev: 5321.4,
    reads: [812.3, 812.3, 812.3],
    serial: 'B2',
    added: 0,
    event: 'counter_rebased',
    base: 812.3,
  },
  { id: 'C5', what: 'one zero', prev: 5321.4, reads: [0, 5321.41], added: 0.01, base: 5321.41 },
  { id: 'C6', what: 'jitter', prev: 5321.4, reads: [5321.39], added: 0, base: 5321.4 },
  { id: 'C7', what: 'implausible', prev: 5321.4, reads: [6721.4], added: 0, base: 5321.4 },
  {
    id: 'C7 thrice',
    what: 'a jump that stays',
    prev: 5321.4,
    reads: [6721.4, 6721.4, 6721.41],
    added: 0,
    event: 'counter_jump',
    base: 6721.41,
  },
  {
    id: 'C8',
    what: 'four hours down',
    prev: 100,
    reads: [106],
    dtS: 14_400,
    added: 6,
    recovered: true,
  },
  {
    id: 'C9',
    what: 'step back',
    prev: 5321.4,
    reads: [5300, 5300, 5300],
    added: 0,
    event: 'counter_rebased',
    base: 5300,
  },
];

describe('counter rules', () => {
  for (const golden of GOLDEN) {
    it(`golden ${golden.id}: ${golden.what}`, () => {
      const counter = new Counter({ ...LIMITS, ...golden.limits });
      assert.equal(counter.take(golden.prev, 0, 'A1'), null);
      let added = 0;
      const events: string[] = [];
      let recoveredS = 0;
      golden.reads.forEach((kwh, n) => {
        const step = counter.take(kwh, n === 0 ? (golden.dtS ?? 60) : 0, golden.serial)!;
        added += step.addedKwh;
        recoveredS += step.recoveredS;
        if (step.event) events.push(step.event);
      });
      assert.ok(Math.abs(added - golden.added) < 1e-6, `added ${added}`);
      assert.deepEqual(events, golden.event ? [golden.event] : []);
      assert.equal(recoveredS > 0, golden.recovered ?? false);
      if (golden.base !== undefined) assert.equal(counter.baseKwh, golden.base);
    });
  }

  it('believes a decrease only at the third read in a row', () => {
    const counter = new Counter(LIMITS);
    counter.take(5321.4, 0);
    for (const kwh of [0, 0, 5321.4, 0, 0]) assert.equal(counter.take(kwh, 1)!.addedKwh, 0);
    assert.equal(counter.baseKwh, 5321.4);
    assert.equal(counter.take(0, 1)!.event, 'reset');
  });

  it('never adds a negative amount nor more than the service could carry', () => {
    const read = fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constant(0));
    fc.assert(
      fc.property(fc.array(read, { maxLength: 40 }), (reads) => {
        const counter = new Counter({ ...LIMITS, modulusKwh: 1e6 });
        let added = 0;
        for (const kwh of reads) added += counter.take(kwh, 10)?.addedKwh ?? 0;
        const mostKwh = reads.length * ((60_000 * 10) / 3_600_000 + 0.01 + 1e-5);
        return added >= 0 && added <= mostKwh;
      }),
    );
  });

  it('takes the limit of a channel from meter.yaml, where it tells one', () => {
    const channels = [
      { id: 'pv', role: 'solar' },
      { id: 'mains', role: 'grid' },
      { id: 'shed', role: 'solar', max_watts: 2500 },
    ];
    const { site, meters } = siteConfigSchema.parse({
      site: { service_amps: 200, nominal_voltage: 120, inverter_watts: 6000 },
      meters: [{ id: 'm', source: 'external', channels }],
    });
    const limits = meters[0]!.channels.map((channel) => channelMaxW(channel, site));
    assert.deepEqual(limits, [7_500, 60_000, 2_500]);
  });

  it('takes the limits from the site', () => {
    const split = siteConfigSchema.parse({
      site: { service_amps: 200, nominal_voltage: 120, inverter_watts: 6000 },
    }).site;
    assert.equal(serviceMaxW(split), 60_000);
    assert.equal(solarMaxW(split), 7_500);
    const three = siteConfigSchema.parse({
      site: { service: 'three_phase', service_amps: 63, nominal_voltage: 230 },
    }).site;
    assert.equal(serviceMaxW(three), 54_337.5);
    assert.equal(solarMaxW(three), 54_337.5);
  });
});
