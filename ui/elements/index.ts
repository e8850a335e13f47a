/** The bundle: defines the elements, each once. */
import { SolthriveBars } from './bars.ts';
import { SolthriveConnection } from './connection.ts';
import { SolthriveDayGraph } from './day-graph.ts';
import { SolthriveDoctor } from './doctor.ts';
import { SolthriveFaults } from './faults.ts';
import { SolthriveGauges } from './gauges.ts';
import { SolthriveHistory } from './history.ts';
import { SolthriveSystem } from './system.ts';
import { SolthriveToday } from './today.ts';

const ELEMENTS = {
  'solthrive-connection': SolthriveConnection,
  'solthrive-gauges': SolthriveGauges,
  'solthrive-day-graph': SolthriveDayGraph,
  'solthrive-faults': SolthriveFaults,
  'solthrive-today': SolthriveToday,
  'solthrive-bars': SolthriveBars,
  'solthrive-history': SolthriveHistory,
  'solthrive-doctor': SolthriveDoctor,
  'solthrive-system': SolthriveSystem,
};

for (const [name, element] of Object.entries(ELEMENTS)) {
  if (!customElements.get(name)) customElements.define(name, element);
}
