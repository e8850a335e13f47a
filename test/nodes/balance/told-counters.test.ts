import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LedgerState } from '../../../nodes/balance/measured.ts';
import { withoutTold, withTold } from '../../../nodes/balance/told-counters.ts';

const ledgerWith = (channels: LedgerState['channels']): LedgerState => ({
  n: 1,
  at: 0,
  totals: {},
  channels,
});

describe('counters that a minute tells', () => {
  it('are left out of its ledger, and put back', () => {
    const ledger = ledgerWith({ 'm/a': { counter: { import: 5321.4, export: 0 }, age_s: 1 } });
    const told = { 'm/a': { counter_import_kwh: 5321.4, counter_export_kwh: 0 } };
    const kept = withoutTold(ledger, told);
    assert.deepEqual(kept.channels, { 'm/a': { age_s: 1 } });
    assert.deepEqual(withTold(kept, told), ledger);
  });

  it('stay where the believed one is another than the one read', () => {
    const ledger = ledgerWith({ 'm/a': { counter: { import: 5321.4 }, age_s: 3 } });
    const told = { 'm/a': { counter_import_kwh: 6721.4 } };
    assert.deepEqual(withoutTold(ledger, told), ledger);
    assert.deepEqual(withTold(ledger, told), ledger);
  });

  it('are none where no counter was believed yet', () => {
    const ledger = ledgerWith({ 'm/a': {} });
    const told = { 'm/a': { counter_import_kwh: 5 } };
    assert.deepEqual(withTold(withoutTold(ledger, told), told), ledger);
  });

  it('come back the same, whatever is told', () => {
    const kwh = fc.option(fc.constantFrom(0, 0.05, 5321.4, 5321.400_002), { nil: undefined });
    fc.assert(
      fc.property(kwh, kwh, kwh, kwh, (imported, exported, readImport, readExport) => {
        const known = <T extends object>(of: T) =>
          Object.fromEntries(Object.entries(of).filter(([, each]) => each !== undefined));
        const counter = known({ import: imported, export: exported });
        const isBelieved = Object.keys(counter).length > 0;
        const ledger = ledgerWith({ 'm/a': isBelieved ? { counter, age_s: 1 } : {} });
        const told = {
          'm/a': known({ counter_import_kwh: readImport, counter_export_kwh: readExport }),
        };
        assert.deepEqual(withTold(withoutTold(ledger, told), told), ledger);
      }),
    );
  });
});
