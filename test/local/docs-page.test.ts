import { DOCS_PATH, docsPage } from '../../local/docs-page';

const page = docsPage(DOCS_PATH);
const parts = [...String(page?.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);

describe('the page of the API', () => {
  test('is a page, with and without a slash', () => {
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(docsPage(`${DOCS_PATH}/`)).toEqual(page);
  });

  test.each(parts)('brings %s along', (path) => {
    const part = docsPage(path);
    expect(part?.status).toBe(200);
    expect(part?.body.length).toBeGreaterThan(50);
  });

  test('shows the document of this instance', () => {
    expect(String(docsPage(`${DOCS_PATH}/start.js`)?.body)).toContain("url: '/api/openapi.json'");
  });

  test('is made so that nothing but this instance is asked, and nothing but its files runs', () => {
    expect(parts.length).toBeGreaterThan(2);
    const policy = page?.headers['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  test.each([
    '/doc',
    '/docs.json',
    '/docs/package.json',
    '/docs/../package.json',
    '/docs/swagger-ui.js',
    '/api/health',
  ])('leaves %s to the API', (path) => {
    expect(docsPage(path)).toBeUndefined();
  });
});
