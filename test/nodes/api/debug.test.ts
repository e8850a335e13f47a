import assert from 'node:assert/strict';
import { passwordsIn, redacted, redactor } from '../../../nodes/site/secrets.ts';
import { type LogLine, openSiteLog } from '../../../nodes/site/site-log.ts';
import { REPORT, type RunningApi, SNAPSHOT, startApi, TOKEN } from './running.ts';

const LINE: LogLine = {
  ts: '2026-06-21T12:00:00.000Z',
  level: 'error',
  area: 'publish',
  message: `cannot reach mqtt://joe:pa55word@10.0.0.9 with ${TOKEN}`,
};

describe('/api/debug', () => {
  let api: RunningApi;
  let leave = () => {};
  before(async () => {
    api = await startApi();
    leave = openSiteLog(api.records, { note: () => {}, recent: () => [LINE] });
  });
  after(async () => {
    leave();
    await api.stop();
  });

  it('is for whoever has the token', async () => {
    assert.equal((await api.get('/api/debug', {})).status, 401);
  });

  it('tells the configuration and its origins, and what was last heard of all else', async () => {
    const doctor = { ts: LINE.ts, daylight: 'day', hypotheses: [] };
    for (const [topic, payload] of [
      ['snapshot', SNAPSHOT],
      ['health', REPORT],
      ['doctor', doctor],
    ] as const) {
      await api.tell(topic, payload);
    }
    const body = (await (await api.get('/api/debug')).json()) as Record<string, unknown>;
    assert.deepEqual(body.doctor, doctor);
    assert.ok((body.config as { meters: unknown[] }).meters.length > 0);
    assert.deepEqual(body.lines, []);
    assert.equal((body.versions as { node: string }).node, process.versions.node);
    assert.ok(body.system);
    assert.equal((body.log as LogLine[])[0]?.area, 'publish');
  });

  it('gives no secret away, wherever it has got to', async () => {
    const text = await (await api.get('/api/debug')).text();
    assert.match(text, /cannot reach mqtt:\/\/\*\*\*@10\.0\.0\.9 with \*\*\*/);
    for (const secret of [TOKEN, 'pa55word', 'joe']) assert.ok(!text.includes(secret), secret);
  });
});

describe('what is shown to others', () => {
  it('has no secret by the name of its key', () => {
    const shown = redacted({
      mqtt: { url: 'mqtts://u:p@h:8883/x', password: 'hunter2', user_token: 'abc', pin: 1234 },
      list: [{ api_key: 'k' }, { secret: '' }, { credentials: { user: 'u', secret: 's' } }],
      passed: 5,
    });
    assert.deepEqual(shown, {
      mqtt: { url: 'mqtts://***@h:8883/x', password: '***', user_token: '***', pin: 1234 },
      list: [{ api_key: '***' }, { secret: '' }, { credentials: { user: 'u', secret: '***' } }],
      passed: 5,
    });
  });

  it('has no secret within a text', () => {
    const redact = redactor(['s3cr3t/x', 'abc']);
    const cases: [string, string][] = [
      ['at http://a:b@c.d/e and mqtt://tok@f', 'at http://***@c.d/e and mqtt://***@f'],
      ['Authorization: Bearer abcdefgh12', 'Authorization: Bearer ***'],
      ['password=hunter2&x=1, "token": "t0k"', 'password=***&x=1, "token": "***"'],
      ['it was s3cr3t/x, abc', 'it was ***, abc'],
      ['found text “joe:hunter2@h:1”', 'found text “***@h:1”'],
      ['mqtt:/joe:hunter2@h, joe:hunter2@h', 'mqtt:/***@h, ***@h'],
      [
        'at f (file:///a/node_modules/@b/c.js:12:5) 12:30:00 a@b',
        'at f (file:///a/node_modules/@b/c.js:12:5) 12:30:00 a@b',
      ],
      ['mail a@b.c, http://c.d/e@f', 'mail a@b.c, http://c.d/e@f'],
    ];
    for (const [text, expected] of cases) assert.equal(redact(text), expected);
  });

  it('knows a password also as it is meant', () => {
    const config = {
      mqtt: { url: 'mqtt://me:p%40ss@h' },
      other: ['http://h', { x: 'ws://:only@h' }],
    };
    assert.deepEqual(passwordsIn(config), ['p%40ss', 'p@ss', 'only']);
  });
});
