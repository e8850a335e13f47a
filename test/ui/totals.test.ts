import assert from 'node:assert/strict';
import { NOTES } from '../../nodes/rollup/sums/summary.ts';
import { viewToday } from '../../ui/elements/today-view.ts';
import { qualityOf, tilesOf, viewBill, viewCost } from '../../ui/elements/totals-view.ts';
import { day, month, total } from './past.ts';
import { german, reader } from './reader.ts';

/** `{ solar: '31.4 kWh', ... }` */
function read(change: Parameters<typeof total>[0] = {}, who = reader): Record<string, string> {
  return Object.fromEntries(
    tilesOf(total(change), who).map(({ id, value, unit }) => [id, `${value} ${unit}`.trim()]),
  );
}

function noteOf(id: string, change: Parameters<typeof total>[0]): string | null | undefined {
  return tilesOf(total(change), reader).find((tile) => tile.id === id)?.note;
}

describe('the numbers of a stretch of time', () => {
  it('are the energies, what became of them, and the money saved', () => {
    assert.deepEqual(read(), {
      solar: '31.4 kWh',
      home: '18.7 kWh',
      import: '6.14 kWh',
      export: '18.9 kWh',
      self_consumption: '40%',
      solar_offset: '67%',
      savings: '$3.43',
    });
  });

  it('are written as the reader writes, money in the home’s currency', () => {
    const values = read({ currency: 'EUR' }, german);
    assert.equal(values.solar, '31,4 kWh');
    assert.equal(values.savings, '3,43\u00a0€');
    assert.equal(values.self_consumption, '40\u00a0%');
    assert.equal(read({ currency: 'shells' }).savings, '3.43\u00a0shells');
  });

  it('are a dash with the reason where there is none, never 0', () => {
    const unknown = { solar_kwh: null, home_kwh: null, self_consumption: null, solar_offset: null };
    const values = read({ ...unknown, savings: null, currency: null });
    for (const id of ['solar', 'home', 'self_consumption', 'solar_offset', 'savings']) {
      assert.equal(values[id], '–', id);
    }
    assert.equal(noteOf('solar', unknown), 'not measured');
    assert.equal(noteOf('self_consumption', unknown), 'not known');
    const dark = { solar_kwh: 0, self_consumption: null };
    assert.equal(noteOf('self_consumption', dark), 'no solar energy to share out');
    const away = { home_kwh: 0, solar_offset: null };
    assert.equal(noteOf('solar_offset', away), 'nothing was used at home');
    const silent: Parameters<typeof total>[0] = { ...away, home_kwh: 3, notes: ['incomplete'] };
    assert.equal(noteOf('solar_offset', silent), 'not known');
    assert.equal(noteOf('savings', { savings: null, currency: null }), 'no tariff is set');
    assert.equal(noteOf('savings', { savings: null }), 'not known');
  });

  it('tell a measured zero from nothing', () => {
    assert.equal(read({ solar_kwh: 0 }).solar, '0.00 kWh');
    assert.equal(read({ savings: 0 }).savings, '$0.00');
    assert.equal(read({ savings: -0.001 }).savings, '$0.00');
    assert.equal(read({ savings: -1.2 }).savings, '-$1.20');
  });

  it('have a battery and a car where the home has them', () => {
    const values = read({ battery_charge_kwh: 4.2, battery_discharge_kwh: null, ev_kwh: 120 });
    assert.equal(values.charge, '4.20 kWh');
    assert.equal(values.discharge, '–');
    assert.equal(values.ev, '120 kWh');
  });
});

describe('how a stretch of time was measured', () => {
  const badge = (
    change: Parameters<typeof total>[0],
    when: Parameters<typeof qualityOf>[1] = 'span',
  ) => qualityOf(total(change), when, reader);

  it('is not worth a word where it was', () => {
    assert.equal(badge({}), null);
    assert.equal(badge({ coverage: 0.995, notes: ['estimated_cost'] }), null);
  });

  it('says how much was, and what it means', () => {
    const today = badge({ coverage: 0.97, quality: 'missing' }, 'today');
    assert.equal(today?.label, 'Measured 97% of today');
    assert.equal(today?.details.length, 1);
    assert.equal(badge({ coverage: 0.9894 })?.label, 'Measured 99% of the time');
    assert.equal(
      badge({ coverage: 0.72 }, { since: 'Nov 21' })?.label,
      'Measured 72% of the time since Nov 21',
    );
    assert.equal(badge({ coverage: 0, quality: 'missing' })?.label, 'Nothing measured');
  });

  it('says what was estimated, recovered or set right', () => {
    assert.equal(badge({ quality: 'recovered' })?.label, 'Partly recovered');
    assert.equal(badge({ quality: 'held' })?.label, 'Partly estimated');
    const all = badge({
      coverage: 0.5,
      quality: 'estimated',
      notes: ['corrected', 'inconsistent'],
    });
    assert.equal(
      all?.label,
      'Measured 50% of the time · Partly estimated · Corrected later · Does not add up',
    );
    assert.equal(all?.details.length, 4);
    for (const note of NOTES.filter((one) => one !== 'estimated_cost')) {
      const one = badge({ notes: [note] });
      assert.equal(one?.details.length, 1, note);
      assert.doesNotMatch(`${one?.label} ${one?.details}`, /quality/, note);
    }
  });
});

describe('the bill', () => {
  const bill = month().bill;
  assert.ok(bill);

  it('says what is to be paid, since when, and what it would be without the sun', () => {
    assert.deepEqual(viewBill(bill, reader), {
      label: 'Bill so far',
      amount: '$34.20',
      rows: [
        { label: 'Without solar', value: '$96.10' },
        { label: 'Saved on this bill', value: '$61.90' },
      ],
      notes: ['since June 1'],
    });
  });

  it('says credit of a credit, and leaves out what is not known', () => {
    const view = viewBill(
      { ...bill, cost: -5, cost_without_solar: null, savings: null, estimated: true },
      reader,
    );
    assert.equal(`${view.label} ${view.amount}`, 'Credit so far $5.00');
    assert.deepEqual(view.rows, []);
    assert.equal(view.notes.length, 2);
  });

  it('is the cost of any other stretch, where a tariff held', () => {
    const view = viewCost(total({ notes: ['estimated_cost'] }), reader);
    assert.equal(`${view?.label} ${view?.amount}`, 'Credit $0.13');
    assert.deepEqual(view?.notes, ['estimated: part of the time was not measured']);
    assert.equal(viewCost(total({ cost: null, currency: null }), reader), null);
  });

  it('stands below the numbers of today, or the reason why not', () => {
    const view = viewToday(day(), month(), reader);
    assert.equal(view.date, 'Sunday, June 21');
    assert.equal(view.bill?.amount, '$34.20');
    assert.equal(view.hint, null);
    const poor = viewToday(day({ currency: null }), month({ bill: null }), reader);
    assert.equal(poor.bill, null);
    assert.match(poor.hint ?? '', /tariff/);
    assert.equal(viewToday(day(), null, reader).hint, null, 'the month is yet to come');
  });
});
