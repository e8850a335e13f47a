/**
 * Node-RED's settings that are the same on every appliance. What depends on the site (port, folders,
 * storage, what the editor allows) is added by `runtime/node-red-settings.ts`, which wins.
 * The odd export is how Node-RED reads its settings from an ES module.
 */
const settings = {
  flowFile: 'flows.json',
  httpAdminRoot: '/editor',
  httpNodeRoot: '/',
  // Pages ask for the past; what else they might send is sorted out by runtime/page-input.ts.
  ui: { path: 'dashboard', readOnly: false },

  // Longer than the 5 s within which each of our nodes closes.
  nodeCloseTimeout: 15_000,
  // Nobody may hold a handshake open; engine.io gives up on a foreign one after a second anyway.
  inboundWebSocketTimeout: 2_000,

  // Nothing leaves the home, and nothing arrives that the owner did not choose.
  telemetry: { enabled: false, updateNotification: false },
  functionExternalModules: false,
  externalModules: { autoInstall: false },
  diagnostics: { enabled: true, ui: true },
  runtimeState: { enabled: false, ui: false },

  editorTheme: {
    tours: false,
    projects: { enabled: false },
    palette: { categories: { order: ['subflows', 'solthrive'] } },
    multiplayer: { enabled: false },
    page: { title: 'SolThrive' },
    header: { title: 'SolThrive' },
  },
};

export { settings as 'module.exports' };
