/** The one mapper from what a node is doing to the badge under it. No node writes a status literal. */
import type { NodeStatus } from 'node-red';

export type NodeState =
  | 'idle'
  | 'connecting'
  | 'live'
  | 'degraded'
  | 'stale'
  | 'simulated'
  | 'disconnected'
  | 'faulty';

const BADGES = {
  idle: { fill: 'grey', shape: 'ring' },
  connecting: { fill: 'yellow', shape: 'ring' },
  live: { fill: 'green', shape: 'dot' },
  simulated: { fill: 'blue', shape: 'dot' },
  degraded: { fill: 'yellow', shape: 'dot' },
  stale: { fill: 'yellow', shape: 'dot' },
  disconnected: { fill: 'red', shape: 'ring' },
  faulty: { fill: 'red', shape: 'ring' },
} as const;

/** The badge for a state. `text` comes from the node's own locale file and stays under 20 characters. */
export function statusOf(state: NodeState, text: string): NodeStatus {
  return { ...BADGES[state], text };
}
