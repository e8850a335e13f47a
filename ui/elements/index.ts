/** The bundle: defines the elements, each once. */
import { SolthriveConnection } from './connection.ts';
import { SolthriveDayGraph } from './day-graph.ts';
import { SolthriveFaults } from './faults.ts';
import { SolthriveGauges } from './gauges.ts';

const ELEMENTS = {
  'solthrive-connection': SolthriveConnection,
  'solthrive-gauges': SolthriveGauges,
  'solthrive-day-graph': SolthriveDayGraph,
  'solthrive-faults': SolthriveFaults,
};

for (const [name, element] of Object.entries(ELEMENTS)) {
  if (!customElements.get(name)) customElements.define(name, element);
}
