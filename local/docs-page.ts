import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Answer } from './gateway';

/** A page over the OpenAPI document, for the laptop only: nothing of it is deployed, and it asks nobody else. */
export const DOCS_PATH = '/docs';

const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Guidon API</title>
    <link rel="icon" href="${DOCS_PATH}/favicon-32x32.png">
    <link rel="stylesheet" href="${DOCS_PATH}/swagger-ui.css">
  </head>
  <body>
    <main id="api"></main>
    <script src="${DOCS_PATH}/swagger-ui-bundle.js"></script>
    <script src="${DOCS_PATH}/start.js"></script>
  </body>
</html>
`;

const start = `SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: true,
  validatorUrl: null,
});
`;

/** Files of the package by their names, with their types. */
const PACKAGE_FILES: ReadonlyMap<string, string> = new Map([
  ['swagger-ui.css', 'text/css; charset=utf-8'],
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
  ['favicon-32x32.png', 'image/png'],
]);

/** Everything comes from here, and requests go nowhere else; the library has its icons as data. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const found = (type: string, body: string | Buffer): Answer => ({
  status: 200,
  headers: {
    'content-type': type,
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  },
  body,
});

/** The page or a part of it; undefined for every other path. */
export const docsPage = (path: string): Answer | undefined => {
  if (path === DOCS_PATH || path === `${DOCS_PATH}/`) {
    return found('text/html; charset=utf-8', html);
  }
  if (path === `${DOCS_PATH}/start.js`) {
    return found('text/javascript; charset=utf-8', start);
  }
  const name = path.startsWith(`${DOCS_PATH}/`) ? path.slice(DOCS_PATH.length + 1) : '';
  const type = PACKAGE_FILES.get(name);
  const folder = dirname(createRequire(__filename).resolve('swagger-ui-dist/package.json'));
  return type === undefined ? undefined : found(type, readFileSync(join(folder, name)));
};
