import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import { headOf } from '../../../ui/widgets/dashboard.ts';
import { FORMATS } from '../../../ui/widgets/views.ts';
import widget from '../../../ui/widgets/widget.ts';
import { badgeOf, sampleSite, sampleSnapshot, siteNode } from '../../support/samples.ts';
import { day, month, view } from '../past.ts';

helper.init(createRequire(import.meta.url).resolve('node-red'));

interface Added {
  node: {
    id: string;
    type: string;
    on(event: string, listener: unknown): void;
    send(msg: unknown): void;
  };
  format: string;
  templateScope: string;
  height?: number;
  emitOnlyNewValues?: boolean;
  forwardInputMessages?: boolean;
  storeFrontEndInputAsState?: boolean;
  persistantFrontEndValue?: boolean;
  beforeEmit?(msg: unknown): unknown;
  beforeSend?(msg: unknown, original: unknown): object;
}

/** Stands in for node-red-dashboard: keeps what is added, and what would be sent to pages. */
class FakeDashboard {
  readonly added = new Set<Added>();
  readonly sent: unknown[] = [];
  groupKnown = true;

  addWidget(options: Added): (() => void) | undefined {
    if (options.templateScope === 'local' && !this.groupKnown) return undefined;
    this.added.add(options);
    options.node.on('input', (msg: unknown) => this.sent.push(options.beforeEmit?.(msg)));
    return () => this.added.delete(options);
  }

  /** As node-red-dashboard does with what a page sends: see its ui.js. */
  hears(original: { msg?: unknown; socketid?: unknown }): void {
    for (const { node, beforeSend } of this.of('local')) {
      node.send({ ...beforeSend?.({}, original), socketid: original.socketid });
    }
  }

  of(scope: string): Added[] {
    return [...this.added].filter(({ templateScope }) => templateScope === scope);
  }
}

describe('the widget node', () => {
  let dashboard: FakeDashboard | null;
  let app: RequestListener | undefined;
  const mounted = (RED: NodeAPI) => {
    app = RED.httpNode as unknown as RequestListener;
    const load = (name: string) => {
      assert.equal(name, 'node-red-dashboard');
      if (!dashboard) throw new Error(`Unknown module: ${name}`);
      return () => dashboard;
    };
    widget(Object.assign(Object.create(RED), { require: load }));
  };
  const tab = { id: 'tab', type: 'tab' };
  const node = (view: string, id = 'w') => ({
    id,
    type: 'solthrive-widget',
    z: 'tab',
    group: 'g',
    order: 1,
    width: 0,
    height: 0,
    view,
  });
  const load = (...flow: object[]) => helper.load(mounted, [tab, ...flow] as never);
  const tell = async (msg: Record<string, unknown>) => {
    const target = helper.getNode('w');
    const heard = once(target, 'heard');
    target.once('input', () => target.emit('heard'));
    target.receive(msg as never);
    await heard;
  };

  beforeEach(() => {
    dashboard = new FakeDashboard();
  });
  afterEach(() => helper.unload());

  it('puts its element on the page so that no page can change it', async () => {
    await load(node('gauges'));
    const [shown] = dashboard?.of('local') ?? [];
    assert.equal(shown?.format, FORMATS.gauges);
    assert.equal(shown?.node.type, 'solthrive-widget');
    assert.equal(shown?.emitOnlyNewValues, false);
    assert.equal(shown?.forwardInputMessages, false);
    assert.equal(shown?.storeFrontEndInputAsState, false);
    assert.equal(shown?.persistantFrontEndValue, true);
    assert.ok((shown?.height ?? 0) > 0);
  });

  it('sends the page the payload and nothing else of a message', async () => {
    await load(node('gauges'));
    const snapshot = sampleSnapshot(3);
    await tell({
      topic: 'snapshot',
      payload: snapshot,
      template: '{{1}}',
      ui_control: { format: 'x' },
    });
    assert.deepEqual(dashboard?.sent, [{ msg: { payload: { snapshot } } }]);
    assert.match(badgeOf(helper.getNode('w') as never) ?? '', /showing/);
  });

  it('tells the page whose it is, and of the site nothing else', async () => {
    const site = sampleSite({ site: { name: '{{7*7}} <b>Elm</b>', timezone: 'America/Chicago' } });
    await helper.load(
      [mounted, siteNode(site)] as never,
      [tab, { id: 's', type: 'solthrive-site' }, { ...node('gauges'), site: 's' }] as never,
    );
    const snapshot = sampleSnapshot(3);
    const told = { name: '{{7*7}} <b>Elm</b>', language: 'en', timezone: 'America/Chicago' };
    await tell({ topic: 'snapshot', payload: snapshot });
    assert.deepEqual(dashboard?.sent, [{ msg: { payload: { snapshot, site: told } } }]);
    const [shown] = dashboard?.of('local') ?? [];
    assert.doesNotMatch(shown?.format ?? '', /Elm|7/, 'no word of the site is in the template');
    assert.match(shown?.format ?? '', /ng-prop-site="msg\.payload\.site"/);
  });

  it('lets topics of others pass, and refuses a payload that does not fit', async () => {
    await load(node('connection'));
    await tell({ topic: 'minute', payload: {} });
    await tell({ topic: 'snapshot', payload: 7 });
    assert.deepEqual(dashboard?.sent, []);
  });

  it('keeps the active faults: one by one, and the whole list when it comes', async () => {
    await load(node('faults'));
    const fault = { id: 'data_stale', source: 'main' };
    const other = { id: 'bus_errors', source: 'lan' };
    await tell({ topic: 'fault', payload: { ...fault, cleared_at: 'now' } });
    await tell({ topic: 'health', payload: { faults: [] } });
    await tell({ topic: 'fault', payload: fault });
    await tell({ topic: 'fault', payload: other });
    await tell({ topic: 'fault', payload: { ...fault, message: 'changed' } });
    await tell({ topic: 'fault', payload: { ...other, cleared_at: 'now' } });
    const lists = dashboard?.sent.map((out) => {
      return (out as { msg: { payload: { faults?: unknown } } }).msg.payload.faults;
    });
    assert.deepEqual(lists, [
      undefined,
      [],
      [fault],
      [fault, other],
      [other, { ...fault, message: 'changed' }],
      [{ ...fault, message: 'changed' }],
    ]);
  });

  it('shows what the doctor thinks, and of the health report how the appliance is', async () => {
    const report = { ts: 'now', daylight: 'day', hypotheses: [] };
    await load(node('doctor'));
    await tell({ topic: 'health', payload: { faults: [], system: {} } });
    await tell({ topic: 'doctor', payload: report });
    assert.deepEqual(dashboard?.sent, [{ msg: { payload: { report } } }]);
    await helper.unload();
    await load(node('system'));
    const system = { version: '2.0.0' };
    await tell({ topic: 'health', payload: { faults: [], system } });
    assert.deepEqual(dashboard?.sent.at(-1), { msg: { payload: { system } } });
  });

  it('keeps today and the month as far as they have come, and no other day', async () => {
    await load(node('today'));
    await tell({ topic: 'summary/day', payload: day() });
    await tell({ topic: 'summary/month', payload: month() });
    await tell({ topic: 'summary/day', payload: day({ date: '2026-06-20', partial: false }) });
    await tell({ topic: 'summary/month', payload: month({ month: '2026-05', partial: false }) });
    await tell({ topic: 'summary/day', payload: day({ solar_kwh: 32 }) });
    assert.deepEqual(dashboard?.sent, [
      { msg: { payload: { day: day() } } },
      { msg: { payload: { day: day(), month: month() } } },
      { msg: { payload: { day: day({ solar_kwh: 32 }), month: month() } } },
    ]);
  });

  it('passes on what a page asks about the past, checked, and in no more than that page’s name', async () => {
    const asked: unknown[] = [];
    const sink = { id: 'sink', type: 'helper', z: 'tab', wires: [] };
    await load({ ...node('history'), wires: [['sink']] }, sink);
    helper.getNode('sink').on('input', ({ _msgid, ...msg }: Record<string, unknown>) => {
      asked.push(msg);
    });
    const heard = once(helper.getNode('sink'), 'input');
    const payload = { span: 'month', date: '2026-06-21' };
    dashboard?.hears({ msg: { payload: { span: 'all' } }, socketid: 'a' });
    dashboard?.hears({ msg: null, socketid: 'a' });
    dashboard?.hears({ msg: { payload } });
    dashboard?.hears({ msg: { payload, topic: 'x', template: '{{1}}' }, socketid: 'a' });
    await heard;
    assert.deepEqual(asked, [{ topic: 'history/query', payload, socketid: 'a' }]);
  });

  it('answers the page that asked, and keeps nothing for others', async () => {
    await load(node('history'));
    const [shown] = dashboard?.of('local') ?? [];
    assert.equal(shown?.persistantFrontEndValue, false);
    const answer = view('day', []);
    const refusal = { error: { code: 'x', message: 'm', hint: 'h' } };
    await tell({ topic: 'history/view', payload: answer, socketid: 'a' });
    await tell({ topic: 'history/view', payload: refusal, socketid: 'b' });
    await tell({ topic: 'history/view', payload: answer });
    await tell({ topic: 'history/view', payload: 7, socketid: 'a' });
    await tell({ topic: 'history/day', payload: { t0: 'x' }, socketid: 'a' });
    assert.deepEqual(dashboard?.sent, [
      { msg: { payload: { answer }, socketid: 'a' } },
      { msg: { payload: { answer: refusal }, socketid: 'b' } },
    ]);
  });

  it('hears nothing of pages where it shows anything else, or has left', async () => {
    await load(node('gauges'));
    dashboard?.hears({ msg: { payload: { span: 'day' } }, socketid: 'a' });
    const [shown] = dashboard?.of('local') ?? [];
    assert.doesNotMatch(shown?.format ?? '', /ng-on/);
    await helper.clearFlows();
    dashboard?.hears({ msg: { payload: { span: 'day' } }, socketid: 'a' });
  });

  it('brings the page’s head once for all widgets, and takes it with the last', async () => {
    await load(node('gauges'), node('faults', 'v'));
    assert.equal(dashboard?.of('global').length, 1);
    await helper.setFlows([tab, node('gauges')] as never);
    assert.equal(dashboard?.of('global').length, 1);
    await helper.setFlows([tab] as never);
    assert.equal(dashboard?.added.size, 0);
  });

  it('keeps its place while it is deployed anew or the appliance stops', async () => {
    await load(node('gauges'));
    await helper.setFlows([tab, node('gauges')] as never);
    assert.equal(dashboard?.of('local').length, 1);
    await helper.clearFlows();
    assert.equal(dashboard?.of('local').length, 1);
    assert.equal(dashboard?.of('global').length, 1);
  });

  it('does without a dashboard and without a group', async () => {
    dashboard = null;
    await load(node('gauges'));
    assert.match(badgeOf(helper.getNode('w') as never) ?? '', /dashboard_missing/);
    await helper.unload();
    dashboard = new FakeDashboard();
    dashboard.groupKnown = false;
    await load(node('gauges'));
    assert.match(badgeOf(helper.getNode('w') as never) ?? '', /group_missing/);
    assert.equal(dashboard.of('global').length, 0);
  });

  it('serves the page’s files with an ETag and nothing beside them', async () => {
    await load(node('gauges'));
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/solthrive/assets`;
    try {
      const sheet = await fetch(`${url}/solthrive.css`);
      assert.equal(sheet.status, 200);
      assert.match(sheet.headers.get('content-type') ?? '', /^text\/css/);
      assert.equal(sheet.headers.get('x-content-type-options'), 'nosniff');
      const etag = sheet.headers.get('etag') ?? '';
      await sheet.text();
      const again = await fetch(`${url}/solthrive.css`, {
        headers: { 'If-None-Match': etag, 'Cache-Control': 'max-age=0' },
      });
      assert.equal(again.status, 304);
      for (const other of ['..%2fwidgets%2fwidget.html', 'none.js', '%2e%2e']) {
        assert.equal((await fetch(`${url}/${other}`)).status, 404, other);
      }
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it('names its files relative to the page and interpolates nothing', () => {
    assert.match(headOf('dashboard'), /src="\.\.\/solthrive\/assets\/solthrive\.js"/);
    assert.match(headOf('/a/b/'), /src="\.\.\/\.\.\/solthrive\/assets\/solthrive\.js"/);
    for (const format of [...Object.values(FORMATS), headOf('dashboard')]) {
      assert.ok(!format.includes('{{'));
    }
  });
});
