import { connect } from 'node:net';
import { LinearRegression, layers, sequential } from 'steepest';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask, exchange, post, serving, startServing, statuses } from './serving.js';

const line = () =>
  new LinearRegression().fit(
    [
      { a: 0, b: 1 },
      { a: 1, b: 0 },
      { a: 2, b: 2 },
    ],
    [10, 10, 40],
  );

describe('bad requests are refused, and say how to put them right', () => {
  let url: string;
  beforeAll(async () => {
    const served = await startServing(await line());
    ({ url } = served.server);
    return served.end;
  });

  it.each<[string, unknown, number, object]>([
    ['no JSON', '{"row": [1', 400, { code: 'ERR_JSON' }],
    ['an empty body', '', 400, { code: 'ERR_JSON', given: 'an empty one' }],
    ['NaN', '{"row": [NaN, 1]}', 400, { code: 'ERR_JSON' }],
    ['other bytes', new Uint8Array([0x22, 0xff, 0x22]), 400, { code: 'ERR_JSON', given: 'other bytes' }],
    ['a list', [[1, 2]], 400, { code: 'ERR_BODY', given: '[[1, 2]]' }],
    ['null', 'null', 400, { code: 'ERR_BODY' }],
    ['nothing asked', {}, 400, { code: 'ERR_BODY', given: 'none' }],
    ['row and rows', { row: [1, 2], rows: [[1, 2]] }, 400, { code: 'ERR_BODY', given: 'both' }],
    ['no rows', { rows: [] }, 400, { code: 'ERR_EMPTY', path: 'rows' }],
    ['one row as rows', { rows: { a: 1, b: 2 } }, 400, { code: 'ERR_SHAPE', path: 'rows' }],
    [
      'a name of others',
      { instances: [[1, 2]] },
      400,
      { code: 'ERR_UNKNOWN_NAME', hint: "Did you mean 'rows'?" },
    ],
    ['a row without its name', { a: 1, b: 2 }, 400, { hint: expect.stringContaining('{ "row": { … } }') }],
    ['another key', { row: [1, 2], prob: true }, 400, { hint: "Did you mean 'proba'?", path: 'prob' }],
    ['proba of another type', { row: [1, 2], proba: 'yes' }, 400, { code: 'ERR_ARGUMENT', path: 'proba' }],
    ['too few cells', { rows: [[1, 2], [1]] }, 400, { code: 'ERR_SHAPE', path: 'rows[1]', given: '1' }],
    ['a number as row', { rows: [1, 2] }, 400, { code: 'ERR_SHAPE', path: 'rows[0]', given: '1' }],
    [
      'text',
      { rows: [{ a: 1, b: '2' }] },
      400,
      { path: 'rows[0].b', given: "'2'", hint: 'Write it without quotes.' },
    ],
    ['a list as cell', { rows: [[1, [2]]] }, 400, { code: 'ERR_ARGUMENT', path: 'rows[0][1]' }],
    ['an object as cell', { row: { a: {}, b: 1 } }, 400, { code: 'ERR_ARGUMENT', path: 'row.a' }],
    ['infinity', '{"row": [1e999, 1]}', 400, { code: 'ERR_NOT_FINITE', path: 'row[0]', given: 'Infinity' }],
    ['an overflow', { row: [1e308, 1e308] }, 422, { code: 'ERR_NOT_FINITE', path: 'row' }],
    ['a gap', { rows: [[1, 2], { a: null, b: 2 }] }, 400, { code: 'ERR_NOT_FINITE', path: 'rows[1].a' }],
    [
      'no column b',
      { row: { a: 1, B: 2 } },
      400,
      { path: 'row.b', hint: expect.stringContaining("Did you mean 'b' by 'B'?") },
    ],
    ['__proto__', '{"row": {"__proto__": {"b": 2}, "a": 1}}', 400, { code: 'ERR_SHAPE', path: 'row.b' }],
    ['constructor', '{"constructor": {"prototype": {"row": []}}}', 400, { path: 'constructor' }],
    [
      'depth',
      `{"row": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      400,
      { code: 'ERR_SHAPE', path: 'row' },
    ],
    ['deep cells', `{"row": [1, ${'['.repeat(100_000)}${']'.repeat(100_000)}]}`, 400, { path: 'row[1]' }],
  ])('%s', async (_, body, status, error) => {
    const answer = await ask(url, '/predict', body);
    expect(answer.body).toEqual({ error: expect.objectContaining(error) });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(({} as { b?: unknown }).b).toBeUndefined();
    expect((await ask(url, '/predict', { row: [0, 1] })).status).toBe(200);
  });

  it('images of other shapes', async () => {
    const { url } = await serving(
      sequential({ layers: [layers.flatten({ inputShape: [2, 3, 1] }), layers.dense({ units: 1 })] }),
    );
    const wrong: [unknown, object][] = [
      [
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        { path: 'row', given: '[3, 2]' },
      ],
      [
        [
          [1, 2, 3],
          [4, 5],
        ],
        { code: 'ERR_RAGGED', path: 'row[1]' },
      ],
      [
        [
          [1, 2, 3],
          [4, 5, '6'],
        ],
        { code: 'ERR_ARGUMENT', path: 'row[1][2]' },
      ],
      [
        [
          [[1], [2], [3]],
          [[4], [5], [6, 7]],
        ],
        { code: 'ERR_RAGGED', path: 'row[1][2]' },
      ],
      [[1, 2, 3, 4, 5], { code: 'ERR_SHAPE', path: 'row', given: '5' }],
      [[1, 2, 3, 4, 5, 1e39], { code: 'ERR_NOT_FINITE', path: 'row[5]' }],
      [[1, 2, 3, 4, 5, null], { code: 'ERR_ARGUMENT', path: 'row[5]', given: 'null' }],
    ];
    for (const [row, error] of wrong) {
      expect((await ask(url, '/predict', { row })).body.error, JSON.stringify(row)).toMatchObject(error);
    }
    const same = [
      [1, 2, 3, 4, 5, 6],
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [
        [[1], [2], [3]],
        [[4], [5], [6]],
      ],
    ];
    const texts = await Promise.all(same.map(async (row) => (await ask(url, '/predict', { row })).text));
    expect(new Set(texts).size).toBe(1);
  });

  it('paths, methods, types and queries', async () => {
    expect(await ask(url, '/predcit')).toMatchObject({
      status: 404,
      body: { error: { code: 'ERR_PATH', hint: "Did you mean '/predict'?" } },
    });
    const get = await ask(url, '/predict');
    expect([get.status, get.headers.get('allow'), get.body.error.code]).toEqual([405, 'POST', 'ERR_METHOD']);
    const deleted = await ask(url, '/model', undefined, { method: 'DELETE' });
    expect([deleted.status, deleted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await ask(url, '/metrics', undefined, { method: 'HEAD' })).text).toBe('');
    for (const [type, status] of [
      ['text/plain', 415],
      ['application/jsonx', 415],
      ['application/json; charset=latin1', 415],
      ['Application/JSON; charset="UTF-8"', 200],
    ] as const) {
      const headers = { 'content-type': type };
      expect((await ask(url, '/predict', { row: [1, 2] }, { headers })).status, type).toBe(status);
    }
    const zipped = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expect((await ask(url, '/predict', { row: [1, 2] }, { headers: zipped })).status).toBe(415);
    expect((await ask(url, '/predict?prob=1', { row: [1, 2] })).body.error.path).toBe('?prob');
    expect((await ask(url, '/predict?proba=yes', { row: [1, 2] })).body.error.code).toBe('ERR_ARGUMENT');
    expect((await ask(url, '/predict?proba=0', { row: [1, 2] })).status).toBe(200);
  });

  it('a bad row fails its own request, not those of its batch', async () => {
    const all = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        ask(url, '/predict', {
          rows: [
            [i, 1],
            [i % 3 === 0 ? null : 2, 3],
          ],
        }),
      ),
    );
    expect(all.map(({ status }) => status)).toEqual(all.map((_, i) => (i % 3 === 0 ? 400 : 200)));
    expect(all[3]!.body.error.path).toBe('rows[1].a');
  });
});

describe('limits', () => {
  it('of the body: before it is sent, and while it comes', async () => {
    const { url, port } = await serving(await line(), { maxBodyBytes: 100 });
    const long = JSON.stringify({ row: [1, 2], spare: 'x'.repeat(100) });
    expect(await ask(url, '/predict', long)).toMatchObject({
      status: 413,
      body: { error: { code: 'ERR_BODY_LIMIT' } },
    });
    const chunked = await exchange(
      port,
      'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
      `80\r\n${'x'.repeat(128)}\r\n`,
    );
    expect(statuses(chunked)).toEqual([413]);
    const asking = await exchange(port, post(long, 'Expect: 100-continue\r\n').slice(0, -long.length));
    expect(statuses(asking)).toEqual([413]);
    const fits = post('{"row": [1, 2]}', 'Expect: 100-continue\r\nConnection: close\r\n');
    expect(statuses(await exchange(port, fits))).toEqual([100, 200]);
  });

  it('of the headers', async () => {
    const { port } = await serving(await line());
    const text = await exchange(port, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(statuses(text)).toEqual([431]);
    expect(text).toContain('ERR_HEADERS_LIMIT');
  });

  it.each([
    ['garbage', 'garbage\r\n\r\n'],
    ['TLS', Buffer.from('16030100a5010000a10303', 'hex')],
    ['two lengths', 'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['a length and chunks', `${post('{}', 'Transfer-Encoding: chunked\r\n')}`],
  ])('of HTTP: %s', async (_, bytes) => {
    const { url, port } = await serving(await line(), {}, { keepAliveMs: 100 });
    const text = await exchange(port, bytes);
    expect(statuses(text)).toEqual([400]);
    expect((await ask(url, '/health')).status).toBe(200);
  });

  it('of time: headers, bodies and idle connections', async () => {
    const { port } = await serving(await line(), { timeoutMs: 150 }, { keepAliveMs: 100 });
    const [none, part, body] = await Promise.all([
      exchange(port, 'POST /pre'),
      exchange(port, post('{"row": [1, 2]}').slice(0, -3)),
      exchange(port, post('{"row": [1, 2]}')),
    ]);
    expect(statuses(none)).toEqual([408]);
    expect(statuses(part)).toEqual([408]);
    expect(part).toContain('ERR_TIMEOUT');
    expect(statuses(body)).toEqual([200]);
  });

  it('of the queue: 503 with Retry-After, and what is in it is answered', async () => {
    const { url } = await serving(await line(), { maxQueue: 3 });
    const all = await Promise.all(Array.from({ length: 40 }, () => ask(url, '/predict', { row: [1, 2] })));
    const refused = all.filter(({ status }) => status === 503);
    expect(refused.length + all.filter(({ status }) => status === 200).length).toBe(40);
    for (const { headers, body } of refused) {
      expect([headers.get('retry-after'), body.error.code]).toEqual(['1', 'ERR_OVERLOADED']);
    }
    const gone = await serving(await line(), { maxQueue: 0 });
    expect((await ask(gone.url, '/predict', { row: [1, 2] })).status).toBe(503);
  });

  it('of connections: idle ones give way', async () => {
    const { url, port } = await serving(await line(), {}, { maxConnections: 2 });
    const idle = [0, 1].map(() => connect(port, '127.0.0.1'));
    const closed = idle.map((socket) => {
      socket.on('error', () => {});
      return new Promise((resolve) => socket.once('close', resolve));
    });
    for (const socket of idle) socket.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
    await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('data', resolve))));
    // The first one over the limit is dropped.
    await ask(url, '/health').catch(() => {});
    await Promise.all(closed);
    expect((await ask(url, '/health')).status).toBe(200);
  });

  it('requests on one connection are answered in order, the broken one last', async () => {
    const { port } = await serving(await line());
    const text = await exchange(
      port,
      ...['{"row": [0, 1]}', '{"row": [1, 0]}'].map((body) => post(body)),
      'no request\r\n\r\n',
    );
    expect(statuses(text)).toEqual([200, 200, 400]);
  });

  it('clients that go before the answer leave nothing behind', async () => {
    const { url, port } = await serving(await line());
    const gone = Array.from({ length: 20 }, () => {
      const socket = connect(port, '127.0.0.1');
      return new Promise((resolve) => {
        socket.once('close', resolve);
        socket.write(post(JSON.stringify({ rows: Array(100).fill([1, 2]) })), () => socket.destroy());
      });
    });
    await Promise.all(gone);
    await expect
      .poll(async () => (await ask(url, '/metrics')).text)
      .toContain('\nsteepest_queue_requests 0\n');
  });
});

describe('what a server says of itself', () => {
  it('describes the model, with an example that works', async () => {
    const { url } = await serving(await line());
    const { body } = await ask(url, '/');
    expect(body).toMatchObject({
      model: {
        type: 'LinearRegression',
        task: 'regression',
        probabilities: false,
        file: 'model.safetensors',
      },
      inputs: {
        columns: [
          { name: 'a', position: 0, type: 'number' },
          { name: 'b', position: 1, type: 'number' },
        ],
      },
      limits: { bodyBytes: 2 ** 20, queue: 1000, batchRows: 256, timeoutSeconds: 10 },
    });
    const { method, path, contentType, body: asked } = body.example;
    const headers = { 'content-type': contentType };
    const answer = await fetch(url + path, { method, headers, body: JSON.stringify(asked) });
    expect(await answer.json()).toEqual({ prediction: expect.closeTo(0, 9) });
    expect(answer.headers.get('x-model')).toBe(body.model.sha256.slice(0, 12));
    expect((await ask(url, '/model')).body).toEqual(body);
  });

  it('counts what it does, as Prometheus reads it', async () => {
    const { url } = await serving(await line());
    await ask(url, '/predict', {
      rows: [
        [1, 2],
        [3, 4],
      ],
    });
    await ask(url, '/predict', { row: [1] });
    await ask(url, '/"}\nother');
    const { headers, text } = await ask(url, '/metrics');
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toContain('steepest_requests_total{route="/predict",status="200"} 1\n');
    expect(text).toContain('steepest_requests_total{route="/predict",status="400"} 1\n');
    expect(text).toContain('steepest_requests_total{route="other",status="404"} 1\n');
    expect(text).toContain('steepest_batch_rows_bucket{le="1"} 0\nsteepest_batch_rows_bucket{le="2"} 1\n');
    expect(text).toMatch(/^steepest_model_info\{type="LinearRegression",digest="[0-9a-f]{64}"\} 1$/m);
    const samples = text.split('\n').filter((one) => one !== '' && !one.startsWith('# '));
    for (const sample of samples) {
      expect(sample).toMatch(/^[a-z_]\w*(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? -?[\d.]+(e[+-]?\d+)?$/);
    }
    const names = text.match(/^# TYPE (\w+)/gm)!;
    expect(new Set(names).size).toBe(names.length);
  });
});
