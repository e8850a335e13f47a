import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type AllFlows,
  balancePower,
  FLOW_KEYS,
  HomeHold,
  type PowerBalance,
  type PowerInputs,
  type SolarPosition,
  splitFlows,
} from '../../../nodes/balance/power.ts';

interface Golden {
  id: string;
  position?: SolarPosition;
  inputs: PowerInputs;
  balance: Partial<PowerBalance>;
  flows: Partial<AllFlows> | null;
}

const GOLDEN: Golden[] = [
  {
    id: 'B1',
    inputs: { mainsW: -2900, solarRawW: 4200 },
    balance: { homeW: 1300, importW: 0, exportW: 2900, residualW: 0 },
    flows: { solar_home_w: 1300, solar_grid_w: 2900 },
  },
  {
    id: 'B2',
    inputs: { mainsW: 412, solarRawW: -12 },
    balance: { solarW: 0, standbyW: 12, homeW: 412 },
    flows: { grid_home_w: 412 },
  },
  {
    id: 'B3',
    position: 'line_side',
    inputs: { mainsW: 1800, solarRawW: 5000 },
    balance: { gridW: -3200, exportW: 3200, homeW: 1800 },
    flows: { solar_home_w: 1800, solar_grid_w: 3200 },
  },
  {
    id: 'B4',
    inputs: { mainsW: 1800, solarRawW: 5000 },
    balance: { gridW: 1800, homeW: 6800 },
    flows: { solar_home_w: 5000, grid_home_w: 1800 },
  },
  {
    id: 'B5',
    position: 'line_side',
    inputs: { mainsW: 500, solarRawW: -10 },
    balance: { gridW: 510, homeW: 510, standbyW: 10 },
    flows: { grid_home_w: 510 },
  },
  {
    id: 'B6',
    inputs: { mainsW: -1800, solarRawW: 5000, batteryW: -2000 },
    balance: { homeW: 1200 },
    flows: { solar_home_w: 1200, solar_battery_w: 2000, solar_grid_w: 1800 },
  },
  {
    id: 'B7',
    inputs: { mainsW: 3500, solarRawW: 0, batteryW: -3000 },
    balance: { homeW: 500 },
    flows: { grid_home_w: 500, grid_battery_w: 3000 },
  },
  {
    id: 'B8',
    inputs: { mainsW: 200, solarRawW: 600, batteryW: 1500 },
    balance: { homeW: 2300 },
    flows: { solar_home_w: 600, battery_home_w: 1500, grid_home_w: 200 },
  },
  {
    id: 'B9',
    inputs: { mainsW: -2500, solarRawW: 1000, batteryW: 2000 },
    balance: { homeW: 500 },
    flows: { solar_home_w: 500, solar_grid_w: 500, battery_grid_w: 2000 },
  },
  {
    id: 'B10',
    inputs: { mainsW: 1500, solarRawW: 2000, batteryW: -3000 },
    balance: { homeW: 500 },
    flows: { solar_home_w: 500, solar_battery_w: 1500, grid_battery_w: 1500 },
  },
  {
    id: 'B11',
    inputs: { mainsW: -700, solarRawW: 0 },
    balance: { homeW: 0, residualW: -700, explained: false },
    flows: null,
  },
];

const NO_FLOW = Object.fromEntries(FLOW_KEYS.map((key) => [key, 0]));
const watts = fc.integer({ min: -20_000, max: 20_000 });
const homes = fc.record({ mainsW: watts, solarRawW: watts, batteryW: watts });

describe('power balance', () => {
  for (const { id, position = 'load_side', inputs, balance, flows } of GOLDEN) {
    it(`golden ${id}`, () => {
      const found = balancePower(inputs, position);
      const picked = Object.fromEntries(
        Object.keys(balance).map((key) => [key, found[key as keyof PowerBalance]]),
      );
      assert.deepEqual(picked, balance);
      assert.deepEqual(splitFlows(found), flows && { ...NO_FLOW, ...flows });
    });
  }

  it('is unknown as soon as a term that is there is unknown, and only then', () => {
    const noSolar = balancePower({ mainsW: 400, solarRawW: null }, 'load_side');
    assert.equal(noSolar.homeW, null);
    assert.equal(noSolar.gridW, 400);
    assert.equal(splitFlows(noSolar), null);
    assert.equal(balancePower({ mainsW: 400 }, 'load_side').homeW, 400);
    assert.equal(balancePower({ solarRawW: 400 }, 'load_side').homeW, null);
    assert.equal(balancePower({ mainsW: 1, solarRawW: null }, 'line_side').gridW, null);
  });

  it('takes a small negative home for skew between two reads', () => {
    const atLimit = balancePower({ mainsW: -1030, solarRawW: 1000 }, 'load_side');
    assert.deepEqual([atLimit.homeW, atLimit.residualW, atLimit.explained], [0, -30, true]);
    const beyond = balancePower({ mainsW: -1050, solarRawW: 1000 }, 'load_side');
    assert.equal(beyond.explained, false);
  });
});

describe('flow split', () => {
  const flowing = homes.map((inputs) => balancePower(inputs, 'load_side'));

  it('has no negative flow', () => {
    fc.assert(
      fc.property(flowing, (balance) => {
        const flows = splitFlows(balance);
        return flows === null || FLOW_KEYS.every((key) => flows[key] >= 0);
      }),
    );
  });

  it('adds up to every source and sink when nothing is left over', () => {
    fc.assert(
      fc.property(flowing, (balance) => {
        fc.pre(balance.residualW === 0);
        const f = splitFlows(balance)!;
        const batteryW = balance.batteryW!;
        assert.equal(f.solar_home_w + f.solar_battery_w + f.solar_grid_w, balance.solarW);
        assert.equal(f.grid_home_w + f.grid_battery_w, balance.importW);
        assert.equal(f.battery_home_w + f.battery_grid_w, Math.max(0, batteryW));
        assert.equal(f.solar_home_w + f.battery_home_w + f.grid_home_w, balance.homeW);
        assert.equal(f.solar_battery_w + f.grid_battery_w, Math.max(0, -batteryW));
        assert.equal(f.solar_grid_w + f.battery_grid_w, balance.exportW);
      }),
    );
  });

  it('scales with its inputs', () => {
    fc.assert(
      fc.property(homes, fc.integer({ min: 2, max: 16 }), (inputs, k) => {
        const one = balancePower(inputs, 'load_side');
        fc.pre(one.residualW === 0);
        const scaled = {
          mainsW: inputs.mainsW * k,
          solarRawW: inputs.solarRawW * k,
          batteryW: inputs.batteryW * k,
        };
        const many = splitFlows(balancePower(scaled, 'load_side'))!;
        const single = splitFlows(one)!;
        for (const key of FLOW_KEYS) assert.equal(many[key], single[key] * k);
      }),
    );
  });
});

describe('held home', () => {
  const good = balancePower({ mainsW: 500, solarRawW: 0 }, 'load_side');
  const bad = balancePower({ mainsW: -700, solarRawW: 0 }, 'load_side');

  it('holds the last good home for three snapshots, then says 0', () => {
    const hold = new HomeHold();
    assert.deepEqual(hold.next(good), { homeW: 500, held: false });
    for (let n = 0; n < 3; n++) assert.deepEqual(hold.next(bad), { homeW: 500, held: true });
    assert.deepEqual(hold.next(bad), { homeW: 0, held: false });
    assert.deepEqual(hold.next(good), { homeW: 500, held: false });
    assert.deepEqual(hold.next(bad), { homeW: 500, held: true });
  });

  it('holds nothing where there was no good home, or it went unknown', () => {
    const hold = new HomeHold();
    assert.deepEqual(hold.next(bad), { homeW: 0, held: false });
    hold.next(good);
    hold.next(balancePower({ mainsW: null, solarRawW: 0 }, 'load_side'));
    assert.deepEqual(hold.next(bad), { homeW: 0, held: false });
  });
});
