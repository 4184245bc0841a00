import { JSDOM } from 'jsdom';

/**
 * A window around the test file that imports this first: React looks for one when it is loaded. The network stays that
 * of Node.js.
 */
const { window } = new JSDOM('<!doctype html><body></body>', { url: 'http://localhost/' });

const globals = {
  window,
  document: window.document,
  navigator: window.navigator,
  IS_REACT_ACT_ENVIRONMENT: true,
};

for (const [name, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}

afterAll(() => {
  for (const name of Object.keys(globals)) {
    Reflect.deleteProperty(globalThis, name);
  }
  window.close();
});
