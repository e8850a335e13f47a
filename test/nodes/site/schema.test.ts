import assert from 'node:assert/strict';
import { siteConfigSchema } from '../../../nodes/site/schema.ts';

/** `path message` of every issue. */
function issues(input: object): string[] {
  const found = siteConfigSchema.safeParse(input).error?.issues ?? [];
  return found.map(({ path, message }) => `${path.join('.')} ${message}`);
}

const serial = { id: 'rs485', type: 'serial', port: '/dev/ttyUSB0' };
const lan = { id: 'lan', type: 'tcp', host: '192.168.1.50' };
const mains = { id: 'mains', role: 'grid', phases: ['l1', 'l2'] };
const main = { id: 'main', profile: 'p', bus: 'rs485', channels: [mains] };

describe('the schema', () => {
  it('understands the example of the design', () => {
    const config = siteConfigSchema.parse({
      site: { name: 'Elm Street 4', timezone: 'America/Chicago', latitude: 41.9, longitude: -87.7 },
      buses: [serial, { ...lan, port: 502 }],
      ct_profiles: [{ id: 'sct200', rated_amps: 200, gain: 1, phase_deg: 0 }],
      meters: [
        {
          ...main,
          channels: [
            { ...mains, ct: 'sct200' },
            { id: 'pv', role: 'solar', phases: ['l3'], ct: 'sct200', multiplier: 2 },
          ],
        },
        { id: 'car', source: 'external', channels: [{ id: 'x', role: 'ev' }] },
      ],
      solar_position: 'line_side',
    });
    const [meter] = config.meters;
    assert.equal(meter?.source, 'modbus');
    assert.equal(meter?.channels[1]?.multiplier, 2);
    assert.equal(config.buses[0]?.type === 'serial' && config.buses[0].baud, 9600);
  });

  describe('finds', () => {
    const cases: Record<string, [object, string[]]> = {
      'a bus that is not declared': [{ meters: [main] }, ['meters.0.bus bus_none']],
      'a bus with another name': [{ buses: [lan], meters: [main] }, ['meters.0.bus bus']],
      'a CT that is not declared': [
        { buses: [serial], meters: [{ ...main, channels: [{ ...mains, ct: 'x' }] }] },
        ['meters.0.channels.0.ct ct_none'],
      ],
      'one id twice': [
        { buses: [serial, { ...lan, id: 'rs485' }], ct_profiles: [{ id: 'a' }, { id: 'a' }] },
        ['buses.1.id unique_id', 'ct_profiles.1.id unique_id'],
      ],
      'one line under two names': [
        {
          buses: [
            serial,
            { ...serial, id: 'other' },
            lan,
            { ...lan, id: 'too', host: '192.168.1.50' },
          ],
        },
        ['buses.1.id unique_line', 'buses.3.id unique_line'],
      ],
      'two meters with one unit id on a bus': [
        { buses: [serial], meters: [main, { ...main, id: 'second' }] },
        ['meters.1.unit unique_unit'],
      ],
      'a unit id that serial lines do not have': [
        {
          buses: [serial, lan],
          meters: [
            { ...main, unit: 0 },
            { ...main, id: 'b', unit: 248 },
            { ...main, id: 'c', unit: 255, bus: 'lan' },
          ],
        },
        ['meters.0.unit serial_unit', 'meters.1.unit serial_unit'],
      ],
      'one channel id twice in a meter': [
        {
          buses: [serial],
          meters: [{ ...main, channels: [mains, { id: 'mains', role: 'solar', phases: ['l3'] }] }],
        },
        ['meters.0.channels.1.id unique_id'],
      ],
      'one phase twice in a channel': [
        { buses: [serial], meters: [{ ...main, channels: [{ ...mains, phases: ['l1', 'l1'] }] }] },
        ['meters.0.channels.0.phases unique_phases'],
      ],
      'two grid channels that share a phase': [
        {
          buses: [serial],
          meters: [{ ...main, channels: [mains, { id: 'b', role: 'grid', phases: ['l2', 'l3'] }] }],
        },
        ['meters.0.channels.1.phases counted_once'],
      ],
      "a grid channel beside the meter's total": [
        { buses: [serial], meters: [{ ...main, channels: [mains, { id: 'all', role: 'grid' }] }] },
        ['meters.0.channels.1.phases counted_once'],
      ],
      'a time zone that does not exist, or is only an offset': [
        { site: { timezone: 'Mars/Olympus' }, retention: {}, poll: {} },
        ['site.timezone time_zone'],
      ],
      'an offset for a time zone': [{ site: { timezone: '+01:00' } }, ['site.timezone time_zone']],
      'half a location': [{ site: { longitude: 5 } }, ['site.longitude both_coordinates']],
      'an address with a scheme for a host': [
        { http: { allowed_hosts: ['https://a'] } },
        ['http.allowed_hosts.0 host_name'],
      ],
      'a wildcard for a topic': [{ mqtt: { topic: 'home/#' } }, ['mqtt.topic mqtt_topic']],
    };
    for (const [what, [input, expected]] of Object.entries(cases)) {
      it(what, () => assert.deepEqual(issues(input), expected));
    }

    it('wrong references even where another section is wrong', () => {
      assert.deepEqual(issues({ meters: [main], poll: { interval_ms: 'x' } }).length, 2);
    });
  });

  describe('lets pass', () => {
    it('two roles on one phase, and two meters with one unit id on two lines', () => {
      const tapped = { id: 'part', role: 'load', phases: ['l1'] };
      const meters = [
        { ...main, channels: [mains, tapped] },
        { ...main, id: 'b', bus: 'lan' },
      ];
      assert.deepEqual(issues({ buses: [serial, lan], meters }), []);
    });

    it('the old and the short names of time zones', () => {
      for (const timezone of ['UTC', 'Asia/Calcutta', 'America/Argentina/Ushuaia']) {
        assert.deepEqual(issues({ site: { timezone } }), []);
      }
    });
  });

  describe('of tariffs', () => {
    const flat = { id: 'all', rate: 0.12 };
    const tariff = { id: 't', valid_from: '2026-01-01', currency: 'USD', periods: [flat] };
    const tariffIssues = (change: object) =>
      issues({ tariffs: [{ ...tariff, ...change }] }).map((line) => line.replace('tariffs.0.', ''));
    const peak = { id: 'peak', days: ['mon'], months: [6], from: '16:00', to: '21:00', rate: 0.3 };

    it('understands the reference tariff', () => {
      const { tariffs } = siteConfigSchema.parse({
        tariffs: [
          {
            ...tariff,
            fixed: { per_day: 0.45, per_month: 0 },
            periods: [peak, flat],
            tiers: {
              basis: 'import',
              period: 'month',
              blocks: [{ upto: 300, rate: 0.15 }, { rate: 0.31 }],
            },
            export: { mode: 'net_metering', true_up_month: 4, true_up_rate: 0.03 },
            tax: 0.1,
            holidays: ['2026-12-25'],
            billing_day: 31,
          },
        ],
      });
      assert.equal(tariffs[0]?.export.mode, 'net_metering');
    });

    const cases: Record<string, [object, string[]]> = {
      'no price at all': [{ periods: undefined }, ['tariffs.0 price']],
      'hours without a price': [{ periods: [peak] }, ['periods priced']],
      'half a stretch of time': [
        { periods: [{ ...flat, from: '10:00' }] },
        ['periods.0.from from_and_to'],
      ],
      'a stretch of no time': [
        { periods: [{ ...peak, to: '16:00' }, flat] },
        ['periods.0.to from_not_to'],
      ],
      'a date that does not exist': [{ valid_from: '2026-02-30' }, ['valid_from date']],
      'blocks that do not rise': [
        { tiers: { blocks: [{ upto: 300, rate: 1 }, { upto: 200, rate: 2 }, { rate: 3 }] } },
        ['tiers.blocks.1.upto tier_rising'],
      ],
      'a last block with an end': [
        { tiers: { blocks: [{ upto: 300, rate: 1 }] } },
        ['tiers.blocks.0.upto tier_open'],
      ],
      'a time between quarter hours': [
        { periods: [{ ...peak, to: '20:59' }, flat] },
        ['periods.0.to quarter_hour'],
      ],
      'a time that is none': [
        { periods: [{ ...peak, from: '4 pm' }, flat] },
        ['periods.0.from time_of_day'],
      ],
      'two periods of one name': [
        { periods: [peak, { ...flat, id: 'peak' }] },
        ['periods.1.id unique_id'],
      ],
      'a period behind one that covers it': [{ periods: [flat, peak] }, ['periods.1.id reached']],
      'a period behind two that cover it together, also beside tiers': [
        {
          periods: [
            { id: 'am', from: '00:00', to: '12:00', rate: 1 },
            { id: 'pm', from: '12:00', to: '24:00', rate: 1 },
            { ...peak, from: '11:00', to: '13:00' },
          ],
          tiers: { blocks: [{ rate: 1 }] },
        },
        ['periods.2.id reached'],
      ],
      'a price that no bill can add up': [
        { periods: [{ ...flat, rate: 0.123456789 }] },
        ['periods.0.rate price_digits'],
      ],
      'a currency that is none': [{ currency: 'dollar' }, ['currency currency']],
    };
    for (const [what, [change, expected]] of Object.entries(cases)) {
      it(`finds ${what}`, () => assert.deepEqual(tariffIssues(change), expected));
    }

    it('finds two versions that begin on one day', () => {
      assert.deepEqual(issues({ tariffs: [tariff, { ...tariff, id: 'other' }] }), [
        'tariffs.1.valid_from unique_date',
      ]);
    });

    it('accepts periods that meet at midnight and cover the day between them', () => {
      const night = { id: 'night', from: '22:00', to: '06:00', rate: 1 };
      const day = { id: 'day', from: '06:00', to: '22:00', rate: 2 };
      assert.deepEqual(tariffIssues({ periods: [night, day] }), []);
      assert.deepEqual(tariffIssues({ periods: [night, { ...day, to: '21:45' }] }), [
        'periods priced',
      ]);
      const halves = [
        { id: 'a', from: '00:00', to: '12:00', rate: 1 },
        { id: 'b', from: '12:00', to: '24:00', rate: 1 },
      ];
      assert.deepEqual(tariffIssues({ periods: halves }), []);
    });

    it('accepts a period of which another leaves but a part', () => {
      const evening = { id: 'evening', from: '18:00', to: '21:15', rate: 1 };
      const early = { ...peak, days: undefined, months: undefined };
      assert.deepEqual(tariffIssues({ periods: [early, evening, flat] }), []);
      assert.deepEqual(tariffIssues({ periods: [early, { ...evening, to: '21:00' }, flat] }), [
        'periods.1.id reached',
      ]);
    });

    it('needs no period for every hour where tiers price them', () => {
      assert.deepEqual(tariffIssues({ periods: [peak], tiers: { blocks: [{ rate: 1 }] } }), []);
    });
  });
});
