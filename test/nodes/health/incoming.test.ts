import assert from 'node:assert/strict';
import { parseIncoming } from '../../../nodes/health/incoming.ts';

describe('what comes to the health node', () => {
  it('may be a reading without channels, as the balance takes it', () => {
    const failed = parseIncoming('reading/wallbox', { meter: 'wallbox', ok: false });
    const reading = { meter: 'wallbox', ok: false, channels: {} };
    assert.deepEqual(failed, { kind: 'reading', reading });
    const short = parseIncoming('reading/wallbox', { meter: 'wallbox', channels: {} });
    assert.deepEqual(short, { kind: 'reading', reading: { ...reading, ok: true } });
  });

  it('is refused where it is no reading', () => {
    for (const payload of [null, 'sunny', {}, { meter: 'a', ok: 1 }, { meter: 'a', channels: 5 }]) {
      assert.throws(() => parseIncoming('reading/a', payload), { code: 'message_invalid' });
    }
  });

  it('may be an acknowledgement: of a fault there is, by somebody', () => {
    const given = {
      id: 'ct_reversed',
      source: 'main/pv',
      by: 'Ada',
      until: '2030-01-01T00:00:00Z',
    };
    assert.deepEqual(parseIncoming('acknowledge', given), { kind: 'acknowledge', given });
    const wrong = [
      { id: 'sunny' },
      { source: 1 },
      { by: ' ' },
      { by: 'a'.repeat(101) },
      { until: 0 },
    ];
    for (const each of wrong) {
      const refused = () => parseIncoming('acknowledge', { ...given, ...each });
      assert.throws(refused, { code: 'message_invalid' }, JSON.stringify(each));
    }
  });
});
