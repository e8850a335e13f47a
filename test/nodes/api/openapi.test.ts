import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ERROR_STATUS } from '../../../nodes/api/reply.ts';
import { ROUTES } from '../../../nodes/api/table.ts';
import { REPORT, type RunningApi, SNAPSHOT, startApi, TOKEN } from './running.ts';

interface Described {
  paths: Record<string, { get: Operation }>;
}
interface Operation {
  security: object[];
  parameters: { name: string }[];
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}

describe('the API as it is described', () => {
  let api: RunningApi;
  let described: Described;
  let ajv: Ajv2020;
  before(async () => {
    api = await startApi();
    await api.tell('snapshot', SNAPSHOT);
    await api.tell('health', REPORT);
    described = (await (await api.get('/api/openapi.json', {})).json()) as Described;
    ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
    ajv.addFormat('date', /^\d{4}-\d\d-\d\d$/);
    ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
    for (const word of ['components', 'paths', 'info', 'openapi', 'servers']) ajv.addKeyword(word);
    ajv.addSchema({ ...described, $id: 'api' });
  });
  after(() => api.stop());

  const pointer = (...steps: string[]) =>
    steps.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  const assertFits = (body: unknown, path: string, status: number) => {
    const place = pointer('paths', path, 'get', 'responses', String(status), 'content');
    const fits = ajv.getSchema(`api#${encodeURI(place)}/application~1json/schema`);
    assert.ok(fits, `${path} ${status}`);
    assert.ok(fits(body), `${path}: ${ajv.errorsText(fits.errors)}`);
  };

  it('is OpenAPI 3.1, with a route for each that answers', () => {
    assert.match(JSON.stringify(described), /^\{"openapi":"3\.1\.0"/);
    assert.deepEqual(
      Object.keys(described.paths),
      ROUTES.map(({ path }) => `/api${path}`),
    );
  });

  for (const { path, examples, token } of ROUTES) {
    for (const example of examples) {
      it(`/api${path}${example && `?${example}`} answers as described`, async () => {
        const url = `/api${path}${example && `?${example}`}`;
        const response = await api.get(url, token ? undefined : {});
        assert.equal(response.status, 200, await response.clone().text());
        const type = response.headers.get('content-type') ?? '';
        if (type.startsWith('text/csv')) {
          assert.match(await response.text(), /^ts,[a-z_,]+\r\n20/);
        } else {
          assertFits(await response.json(), `/api${path}`, 200);
        }
      });
    }
  }

  it('tells something of each kind, so that the description is put to the test', async () => {
    const { records } = (await (await api.get('/api/history?resolution=1h')).json()) as {
      records: object[];
    };
    // The first began before the range, and of the one that has just begun nothing is known.
    assert.equal(records.length, 23);
    const days = await (await api.get('/api/daily_summary?from=2026-06-01&to=2026-06-21')).json();
    assert.equal((days as { days: object[] }).days.length, 4);
    assertFits(days, '/api/daily_summary', 200);
  });

  it('has an error for each mistake, with the status and code that are described', async () => {
    const mistakes: [string, string, string?][] = [
      ['/api/history?form=1', 'param_unknown', 'form'],
      ['/api/history?fields=a&fields=b', 'param_twice', 'fields'],
      ['/api/history?resolution=2h', 'param_invalid', 'resolution'],
      ['/api/history?fields=solarkwh_', 'field_unknown', 'fields'],
      ['/api/history?from=1926-01-01&to=2026-01-01', 'range_invalid', 'from'],
      ['/api/history?from=2026-01-01&resolution=1m', 'too_many_records', 'resolution'],
      ['/api/daily_summary?date=2020-01-01', 'no_record', 'date'],
      [`/api/history?token=${TOKEN}`, 'token_in_url'],
      ['/api/latest?x=1', 'param_unknown', 'x'],
    ];
    for (const [url, code, param] of mistakes) {
      const response = await api.get(url);
      const body = (await response.json()) as { error: { code: string; param?: string } };
      assert.deepEqual([body.error.code, body.error.param], [code, param], url);
      assert.equal(response.status, ERROR_STATUS[code as never], url);
      const path = url.split('?')[0] ?? '';
      assertFits(body, path, response.status);
      const { description } = described.paths[path]!.get.responses[response.status]!;
      assert.ok(description.includes(code), `${path} ${response.status}: ${description}`);
    }
  });

  it('says what is wrong with the records before it says that all is well', async () => {
    writeFileSync(join(api.records, 'corrections.json'), '{');
    const response = await api.get('/api/history');
    rmSync(join(api.records, 'corrections.json'));
    assert.equal(response.status, 500);
    const { error } = (await response.json()) as { error: { code: string } };
    assert.equal(error.code, 'corrections_damaged');
  });

  it('asks for the token exactly where it says so', async () => {
    for (const [path, { get: operation }] of Object.entries(described.paths)) {
      const open = await api.get(path, {});
      assert.equal(open.status === 401, operation.security.length > 0, path);
      if (open.status !== 401) continue;
      assert.equal(open.headers.get('www-authenticate'), 'Bearer realm="solthrive"');
      assertFits(await open.json(), path, 401);
    }
    for (let count = 0; count < 10; count++)
      await api.get('/api/device', { Authorization: 'Bearer x' });
    const late = await api.get('/api/device', { Authorization: 'Bearer x' });
    assert.deepEqual([late.status, late.headers.get('retry-after')], [429, '60']);
    assert.equal((await api.get('/api/device')).status, 200);
  });

  it('gives a day that has ended only once to who has it', async () => {
    const first = await api.get('/api/daily_summary?date=2026-06-19');
    const etag = first.headers.get('etag') ?? '';
    assert.equal(first.headers.get('cache-control'), 'private, no-cache');
    const headers = { Authorization: `Bearer ${TOKEN}`, 'If-None-Match': `W/${etag}, "x"` };
    const second = await api.get('/api/daily_summary?date=2026-06-19', headers);
    assert.deepEqual([second.status, await second.text()], [304, '']);
    assert.equal(second.headers.get('etag'), etag);
    const today = await api.get('/api/daily_summary');
    assert.equal(today.headers.get('etag'), null);
    assert.equal(today.headers.get('cache-control'), 'no-store');
  });

  it('answers HEAD without a body, and forgets who asked', async () => {
    for (let count = 0; count < 20; count++) {
      const headers = { Authorization: `Bearer ${TOKEN}` };
      const head = await fetch(`${api.url}/api/history`, { method: 'HEAD', headers });
      assert.deepEqual([head.status, await head.text()], [200, '']);
    }
  });

  it('has four questions of an address open, and more once they are over', async () => {
    const headers = { Authorization: `Bearer ${TOKEN}` };
    const url = `${api.url}/api/history?from=2026-06-18&resolution=1m&fields=channels`;
    // A client that takes nothing: the answers are longer than what a socket holds back.
    const slow = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const request = get(url, { headers, agent: false });
        const [response] = await once(request, 'response');
        response.pause();
        return request;
      }),
    );
    const refused = await api.get('/api/history');
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '2']);
    assert.equal((await api.get('/api/latest')).status, 200);
    for (const request of slow) request.destroy();
    let status = 503;
    while (status === 503) status = (await api.get('/api/history')).status;
    assert.equal(status, 200);
  });
});
