/** What people do with shipped flows, from the command line and from the editor: look, and restore. */
import { SolthriveError } from '../nodes/site/errors.ts';
import type { UnitInfo } from './flow-layers.ts';
import type { FlowLayers } from './storage.ts';

export interface FlowDesk {
  units(): UnitInfo[];
  /**
   * Drops what the site did to a shipped unit and runs the flows as they are then.
   * @throws SolthriveError `unit_unknown`
   */
  restore(unit: string): Promise<UnitInfo[]>;
}

/** @param reload  makes Node-RED read its flows again */
export function createFlowDesk(layers: FlowLayers, reload: () => Promise<unknown>): FlowDesk {
  return {
    units: () => layers.units(),
    async restore(unit) {
      if (!layers.restore(unit)) throw new SolthriveError('unit_unknown', { unit });
      await reload();
      return layers.units();
    },
  };
}
