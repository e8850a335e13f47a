/**
 * The yardsticks: Node-RED 5 with node-red-dashboard as anyone would use them. Once with nothing but
 * one empty widget, and once with a flow wired by hand from stock nodes that asks a Modbus TCP meter
 * every second and shows solar, home, import and export.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../test/support/appliance.ts';

const PAGE = [
  { id: 'base', type: 'ui_base', theme: { name: 'theme-light' }, site: { name: 'bench' } },
  { id: 'page', type: 'ui_tab', name: 'Home', icon: 'dashboard', order: 1 },
  { id: 'group', type: 'ui_group', name: 'Home', tab: 'page', order: 1, disp: true, width: 6 },
  { id: 'tab', type: 'tab', label: 'Bench' },
];

const number = (id: string, label: string) => ({
  id,
  type: 'ui_text',
  z: 'tab',
  group: 'group',
  order: 1,
  width: 0,
  height: 0,
  name: '',
  label,
  format: '{{msg.payload}}',
  layout: 'row-spread',
  wires: [],
});

/** One widget, no data: what Node-RED and the dashboard cost by themselves. */
export const bareFlow = [...PAGE, number('solar', 'Solar')];

const DECODE = `
const float = (register) => {
  const at = 9 + 2 * register;
  const swapped = Buffer.concat([msg.payload.subarray(at + 2, at + 4), msg.payload.subarray(at, at + 2)]);
  return swapped.readFloatBE(0);
};
const grid = float(10) + float(12);
const solar = Math.max(0, float(14));
const home = solar + grid;
return [{ payload: Math.round(solar) }, { payload: Math.round(home) },
  { payload: Math.round(Math.max(0, grid)) }, { payload: Math.round(Math.max(0, -grid)) }];`;

/** The same four numbers from the same meter, by hand: 34 registers of a WattNode from 1000 on. */
export function handWiredFlow(meterPort: number): object[] {
  const call = (id: string, type: string, rest: object) => ({
    id,
    type,
    z: 'tab',
    name: '',
    ...rest,
  });
  return [
    ...PAGE,
    call('tick', 'inject', {
      props: [{ p: 'payload' }],
      repeat: '1',
      crontab: '',
      once: true,
      onceDelay: 0.1,
      payload: '',
      payloadType: 'date',
      wires: [['ask']],
    }),
    call('ask', 'function', {
      func: 'msg.payload = Buffer.from([0,1,0,0,0,6,1,3,0x03,0xe8,0,34]); return msg;',
      outputs: 1,
      wires: [['line']],
    }),
    call('line', 'tcp request', {
      server: '127.0.0.1',
      port: String(meterPort),
      out: 'sit',
      ret: 'buffer',
      splitc: ' ',
      newline: '',
      trim: false,
      tls: '',
      wires: [['decode']],
    }),
    call('decode', 'function', {
      func: DECODE,
      outputs: 4,
      wires: [['solar'], ['home'], ['import'], ['export']],
    }),
    number('solar', 'Solar'),
    number('home', 'Home'),
    number('import', 'Import'),
    number('export', 'Export'),
  ];
}

/** Starts a plain Node-RED on `flow`; resolves when its flows run. */
export async function startNodeRed(
  flow: object[],
): Promise<{ pid: number; url: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'solthrive-bench-'));
  const port = await freePort();
  writeFileSync(join(folder, 'flows.json'), JSON.stringify(flow));
  writeFileSync(
    join(folder, 'settings.cjs'),
    `module.exports = { uiPort: ${port}, uiHost: '127.0.0.1', flowFile: 'flows.json', ui: { path: 'dashboard' },
      telemetry: { enabled: false }, credentialSecret: 'bench', httpAdminRoot: '/editor' };`,
  );
  const red = createRequire(import.meta.url).resolve('node-red/red.js');
  const child = spawn(process.execPath, [red, '-u', folder, '-s', join(folder, 'settings.cjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await printed(child, 'Started flows');
  return {
    pid: child.pid ?? 0,
    url: `http://127.0.0.1:${port}`,
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function printed(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.includes(text)) resolve();
    });
    child.once('exit', (code) =>
      reject(new Error(`ended with ${code} before "${text}":\n${seen}`)),
    );
  });
}
