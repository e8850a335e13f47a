import assert from 'node:assert/strict';
import {
  clockText,
  foreignZone,
  formatPower,
  knownZone,
  NO_VALUE,
  percentText,
  powerText,
  scaleText,
  sinceText,
} from '../../ui/elements/format.ts';
import { german, reader } from './reader.ts';

const plain = (text: string) => text.replaceAll(/\s/g, ' ');

describe('numbers and times for a reader', () => {
  it('writes watts below a kilowatt and kilowatts above, without a sign', () => {
    const cases: [number, string][] = [
      [0, '0 W'],
      [-0.2, '0 W'],
      [812.4, '812 W'],
      [999.4, '999 W'],
      [999.6, '1.00 kW'],
      [-3512, '3.51 kW'],
      [9994, '9.99 kW'],
      [9996, '10.0 kW'],
      [48_230, '48.2 kW'],
    ];
    for (const [watts, text] of cases) assert.equal(plain(powerText(watts, reader)), text);
  });

  it('never writes a number for what is unknown', () => {
    for (const unknown of [null, undefined, Number.NaN]) {
      assert.deepEqual(formatPower(unknown, reader), { value: NO_VALUE, unit: '' });
      assert.equal(powerText(unknown, reader), 'no data');
    }
  });

  it('follows the locale', () => {
    assert.equal(plain(powerText(3512, german)), '3,51 kW');
    assert.equal(plain(scaleText(2500, german)), '2,5 kW');
    assert.equal(plain(percentText(0.634, german)), '63 %');
    const fiveInChicago = Date.parse('2026-06-21T22:05:00Z');
    assert.equal(
      plain(clockText(fiveInChicago, { ...reader, timeZone: 'America/Chicago' })),
      '5:05 PM',
    );
    assert.equal(
      plain(clockText(fiveInChicago, { ...german, timeZone: 'America/Chicago' })),
      '17:05',
    );
  });

  it('names the zone of the home to those whose clock differs, and to nobody else', () => {
    const june = Date.parse('2026-06-21T22:05:00Z');
    const home = { ...reader, timeZone: 'America/Chicago' };
    assert.equal(foreignZone(june, home, 'America/Chicago'), null);
    assert.equal(foreignZone(june, home, 'America/Winnipeg'), null, 'the same clock');
    assert.equal(foreignZone(june, home, 'Europe/Berlin'), 'Central Time');
    assert.equal(foreignZone(june, reader, 'Europe/Berlin'), null, 'nothing is known of the home');
    assert.equal(knownZone('America/Chicago'), 'America/Chicago');
    assert.equal(knownZone('Mars/Olympus'), undefined, 'older than the name of the zone');
  });

  it('writes whole hours as the locale does, in the zone of the home', () => {
    const night = Date.parse('2026-06-21T06:05:00Z');
    const zone = { timeZone: 'America/Chicago' };
    assert.equal(plain(clockText(night, { ...reader, ...zone })), '1:05 AM');
    assert.equal(clockText(night, { ...german, ...zone }), '01:05');
    const nextDay = Date.parse('2026-06-22T04:30:00Z');
    assert.equal(sinceText(night, nextDay, { ...german, ...zone }), '01:05', 'still today there');
  });

  it('rounds a share to 100 or 0 percent only when it is all or nothing', () => {
    assert.equal(percentText(1, reader), '100%');
    assert.equal(percentText(0.999, reader), '99%');
    assert.equal(percentText(0.001, reader), '1%');
    assert.equal(percentText(0, reader), '0%');
  });

  it('puts the day before a time that is not of today', () => {
    const now = new Date(2026, 5, 21, 14, 0).getTime();
    assert.equal(plain(sinceText(new Date(2026, 5, 21, 9, 5).getTime(), now, reader)), '9:05 AM');
    const yesterday = new Date(2026, 5, 20, 9, 5).getTime();
    assert.equal(plain(sinceText(yesterday, now, reader)), 'Jun 20, 9:05 AM');
  });
});
