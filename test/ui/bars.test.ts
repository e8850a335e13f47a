import assert from 'node:assert/strict';
import fc from 'fast-check';
import { energyTicks, layOut, slotAt } from '../../ui/elements/bars-layout.ts';
import { isEmpty, readoutOf, STRIDES, slotsOf, startSlot } from '../../ui/elements/bars-view.ts';
import { bar, hoursOf, view } from './past.ts';
import { german, reader } from './reader.ts';

const LATER = Date.parse('2027-01-01T00:00:00Z');
const NONE = { solar_kwh: null, home_kwh: null, import_kwh: null, export_kwh: null };
const lost = (ts: string) => bar(ts, { ...NONE, coverage: 0, quality: 'missing' });
const at = (hour: number) => `2026-06-21T${String(hour).padStart(2, '0')}:00:00.000-05:00`;
const room = { widthPx: 600, heightPx: 300 };
const shown = { reader, hidden: new Set<never>(), strides: STRIDES.day };

function ticksOf(bars: ReturnType<typeof hoursOf>, widthPx: number, who = reader) {
  const slots = slotsOf(view('day', bars), LATER, who);
  const layout = layOut(slots, { widthPx, heightPx: 300 }, { ...shown, reader: who });
  return layout.slots.flatMap(({ tick }) => (tick === null ? [] : [tick]));
}

describe('the names of the bars', () => {
  it('are the home’s own hours, on days of 23 and 25 hours too', () => {
    const names = (bars: ReturnType<typeof hoursOf>) =>
      slotsOf(view('day', bars), LATER, german).map(({ name }) => name);
    const spring = names(hoursOf('2026-03-08T06:00:00Z', 23));
    assert.deepEqual(spring.slice(0, 4), ['00:00', '01:00', '03:00', '04:00']);
    assert.equal(spring.at(-1), '23:00');
    const autumn = names(hoursOf('2026-11-01T05:00:00Z', 25));
    assert.deepEqual(autumn.slice(0, 4), [
      '00:00',
      '01:00 (UTC-05:00)',
      '01:00 (UTC-06:00)',
      '02:00',
    ]);
    assert.equal(autumn.at(-1), '23:00');
  });

  it('stand below as many as there is room for, at round hours, each once', () => {
    const autumn = hoursOf('2026-11-01T05:00:00Z', 25);
    assert.equal(
      ticksOf(autumn, 480).join(', ').replaceAll(/\s/g, ' '),
      '12 AM, 3 AM, 6 AM, 9 AM, 12 PM, 3 PM, 6 PM, 9 PM',
    );
    assert.equal(ticksOf(autumn, 2_000, german).length, 24);
    assert.ok(ticksOf(autumn, 300).length <= 6);
  });

  it('are days and months by the site’s dates', () => {
    const june = view('month', [bar('2026-06-01T00:00:00.000-05:00')]);
    assert.equal(slotsOf(june, LATER, reader)[0]?.name, 'Monday, June 1');
    const year = view('year', [bar('2026-02-01T00:00:00.000+13:45')]);
    assert.equal(slotsOf(year, LATER, reader)[0]?.name, 'February 2026');
  });
});

describe('what a bar says', () => {
  const now = Date.parse(at(3)) + 1_800_000;
  const bars = [bar(at(0)), lost(at(1)), bar(at(2), { coverage: 0.8 }), bar(at(3)), lost(at(4))];
  const today = view('day', bars);
  const slots = slotsOf({ ...today, total: { ...today.total, partial: true } }, now, reader);
  const said = (index: number) => {
    const slot = slots[index];
    assert.ok(slot);
    return readoutOf(slot, reader).text.replaceAll('\u00a0', ' ').replaceAll('\u202f', ' ');
  };

  it('is its four values', () => {
    assert.equal(
      said(0),
      '12:00 AM: Solar 2.00 kWh, Home 1.00 kWh, From the grid 0.25 kWh, To the grid 1.25 kWh',
    );
  });

  it('is that nothing was measured, or that it is still to come', () => {
    assert.deepEqual(
      slots.map(({ state }) => state),
      ['measured', 'gap', 'measured', 'running', 'ahead'],
    );
    assert.equal(said(1), '1:00 AM: not measured');
    assert.equal(said(4), '4:00 AM: still to come');
    assert.match(said(3), /so far/);
  });

  it('is how much of it was measured, and what was recovered', () => {
    assert.match(said(2), /^2:00 AM: 80% measured, Solar/);
    assert.deepEqual(
      slots.map(({ marked }) => marked),
      [false, false, true, false, false],
    );
    const [slot] = slotsOf(view('day', [bar(at(9), { quality: 'recovered' })]), LATER, reader);
    assert.ok(slot?.hatched && !slot.marked, 'the hatching says it');
    assert.equal(readoutOf(slot, reader).note, 'Recovered or estimated');
  });

  it('begins at now, else at the last that is known; and knows when there is nothing', () => {
    assert.equal(startSlot(slots), 3);
    assert.equal(startSlot(slots.slice(0, 3)), 2);
    assert.equal(isEmpty(slots), false);
    const empty = slotsOf(view('day', [lost(at(0)), lost(at(1))]), LATER, reader);
    assert.equal(isEmpty(empty), true);
    assert.equal(startSlot(empty), 0);
  });
});

describe('where the bars lie', () => {
  const kwh = fc.double({ min: 0, max: 5_000, noNaN: true });

  it('every amount within the drawing, on its side of zero, in proportion', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(kwh, kwh, kwh, kwh), { minLength: 1, maxLength: 31 }),
        (rows) => {
          const bars = rows.map(([solar_kwh, home_kwh, import_kwh, export_kwh], hour) =>
            bar(at(hour % 24), { solar_kwh, home_kwh, import_kwh, export_kwh }),
          );
          const layout = layOut(slotsOf(view('month', bars), LATER, reader), room, shown);
          for (const { bars: placed, x, width } of layout.slots) {
            for (const { id, y, height, x: left, width: wide } of placed) {
              const up = id === 'solar' || id === 'home';
              assert.ok(up ? y + height <= layout.zeroY + 1e-6 : y >= layout.zeroY - 1e-6);
              assert.ok(y >= -2 && y + height <= layout.bottomY + 2, `${id} ${y} ${height}`);
              assert.ok(left >= x - 1e-6 && left + wide <= x + width + 1e-6);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('the axis has round steps, few of them, and holds both ends', () => {
    fc.assert(
      fc.property(kwh, kwh, fc.integer({ min: 2, max: 8 }), (down, up, most) => {
        const ticks = energyTicks(down, up, most);
        assert.ok(ticks.length <= most + 1);
        assert.ok((ticks[0] ?? 0) <= -down + 1e-6 && (ticks.at(-1) ?? 0) >= up - 1e-6);
        assert.ok(ticks.includes(0));
      }),
    );
    assert.deepEqual(energyTicks(3.3, 4, 6), [-4, -2, 0, 2, 4]);
    assert.deepEqual(energyTicks(0, 0, 6), [0, 0.02, 0.04, 0.06, 0.08, 0.1]);
  });

  it('a gap and a hidden series have no bars', () => {
    const slots = slotsOf(view('day', [bar(at(0)), lost(at(1))]), LATER, reader);
    const layout = layOut(slots, room, {
      ...shown,
      hidden: new Set(['solar', 'import'] as const),
    });
    assert.deepEqual(
      layout.slots.map(({ bars }) => bars.map(({ id }) => id)),
      [['export', 'home'], []],
    );
  });

  it('a place across the drawing is a bar, or none', () => {
    const layout = layOut(
      slotsOf(view('day', hoursOf('2026-06-21T05:00:00Z', 24)), LATER, reader),
      room,
      shown,
    );
    layout.slots.forEach(({ x, width }, index) => {
      assert.equal(slotAt(x + width / 2, room.widthPx, 24), index);
    });
    assert.equal(slotAt(10, room.widthPx, 24), null);
    assert.equal(slotAt(600, room.widthPx, 24), null);
  });
});
