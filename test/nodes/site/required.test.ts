import assert from 'node:assert/strict';
import { newestAgeMs, requiredSources } from '../../../nodes/site/required.ts';
import { sampleMeter, sampleSite } from '../../support/samples.ts';

describe('required sources', () => {
  const of = (...meters: object[]) => [...requiredSources(sampleSite({ meters }).config)];

  it('are those with a channel of the balance', () => {
    const meters = [sampleMeter('main'), sampleMeter('barn', 'load', 2)];
    assert.deepEqual(of(...meters, sampleMeter('store', 'battery', 3)), ['main', 'store']);
  });

  it('are all where none has one', () => {
    assert.deepEqual(of(sampleMeter('barn', 'load'), sampleMeter('car', 'ev', 2)), ['barn', 'car']);
    assert.deepEqual(of(), []);
  });

  it('are as old as the newest of their values', () => {
    const sources = { a: { age_ms: 40 }, b: { age_ms: 7 }, c: { age_ms: null }, d: { age_ms: 1 } };
    assert.equal(newestAgeMs(sources, new Set(['a', 'b', 'c'])), 7);
    assert.equal(newestAgeMs(sources, new Set(['c', 'unknown'])), null);
  });
});
