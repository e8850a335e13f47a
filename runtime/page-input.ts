/**
 * Decides what node-red-dashboard hears of a page. It takes any page's word for who speaks, and a
 * message of another shape than its own ends the whole process.
 */

/** The little of a socket of socket.io that matters here. */
export interface PageSocket {
  id: string;
  use(look: (event: unknown[], next: () => void) => void): void;
}

/** What a widget's page says for its node; the only event that flows hear of. */
const SAID = 'update-value';
/** Those that come with nothing, or with what is never looked into. */
const PLAIN = new Set(['ui-replay-state', 'ui-refresh', 'ui-change', 'ui-audio']);
const OBJECTS = new Set(['ui-collapse', 'ui-params', SAID]);

/**
 * For `ui.ioMiddleware`. It replaces the dashboard's own look at the Origin, which the front door has
 * taken already, at every request and upgrade.
 */
export function checkPageInput(socket: PageSocket, next: () => void): void {
  socket.use((event, pass) => {
    const [name, said] = event;
    if (PLAIN.has(String(name))) return pass();
    if (!OBJECTS.has(String(name)) || !isSound(said)) return;
    // nobody can ask in another page's name
    if (name === SAID) event[1] = { ...said, socketid: socket.id };
    pass();
  });
  next();
}

/** The dashboard calls `hasOwnProperty` of what came, and of the `msg` in it. */
function isSound(value: unknown): value is Record<string, unknown> {
  if (!isPlain(value)) return false;
  const { msg } = value;
  return msg === undefined || msg === null || isPlain(msg);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Object.hasOwn(value, 'hasOwnProperty');
}
