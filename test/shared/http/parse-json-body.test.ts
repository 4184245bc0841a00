import { parseJsonBody } from '../../../shared/http/parse-json-body';
import type { HttpEvent } from '../../../shared/http/request';

/** As a gateway hands over what it does not take for text. */
const encoded = (body: Buffer): HttpEvent => ({
  routeKey: 'PATCH /things',
  rawPath: '/things',
  requestContext: { requestId: 'r', http: { method: 'PATCH', sourceIp: '127.0.0.1', userAgent: 'test' } },
  headers: { 'content-type': 'application/merge-patch+json' },
  body: body.toString('base64'),
  isBase64Encoded: true,
});

describe('a body that comes encoded', () => {
  it('is read as the UTF-8 it is', async () => {
    const event = encoded(Buffer.from('{"name":"Käse 🧀 \ufffd"}'));
    await parseJsonBody(event);
    expect(event.body).toEqual({ name: 'Käse 🧀 \ufffd' });
  });

  it('is refused where its bytes are no UTF-8', async () => {
    const latin1 = encoded(Buffer.from('{"name":"Käse"}', 'latin1'));
    await expect(parseJsonBody(latin1)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ pointer: '', code: 'malformed_json' }],
    });
  });
});
