/** What our tests use of the test helper, which brings no types of its own. */
declare module 'node-red-node-test-helper' {
  import type { Server } from 'node:http';
  import type { Node, NodeAPI } from 'node-red';

  // Nodes type their own settings and instances more narrowly than the helper can know.
  type NodeModule = (RED: never) => void | Promise<void>;

  interface Helper {
    init(runtimePath: string): void;
    settings(settings: object): object;
    startServer(done: () => void): void;
    stopServer(done: () => void): void;
    load(nodes: NodeModule | NodeModule[], flow: object[], credentials?: object): Promise<void>;
    unload(): Promise<void>;
    clearFlows(): Promise<void>;
    setFlows(flow: object[], type?: string): Promise<void>;
    getNode(id: string): Node;
    log(): { args: unknown[][] };
    url(): string;
    readonly _RED: NodeAPI;
    readonly _server: Server;
  }

  const helper: Helper;
  export default helper;
}
