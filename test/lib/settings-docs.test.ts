import { context } from '../../cdk.json';
import { readSettings, settingNames } from '../../lib/settings';
import { readMarkdownTable } from '../support/markdown-tables';

const table = readMarkdownTable('deploy.md', 'setting', 'default', 'meaning');

type Value = string | number | boolean | readonly string[] | undefined;

/** A default as the table writes it. */
const written = (value: Value): string => [value ?? []].flat().join(',') || 'none';

const defaults: Readonly<Record<string, Value>> = {
  ...readSettings({ stages: { qa: {} }, stage: 'qa' }),
  // the one setting without a default of the code
  stage: context.stage,
};

describe('the table of settings in docs/deploy.md', () => {
  test('has a line for each setting, and no other', () => {
    expect([...table.keys()].sort()).toEqual([...settingNames].sort());
  });

  test.each(settingNames)('says the default of %s, and what it means', (name) => {
    expect(table.get(name)?.['default']).toBe(written(defaults[name]));
    expect(table.get(name)?.['meaning']).toMatch(/\w{3}/);
  });
});

describe('settings', () => {
  test('take every name of the table from the command line', () => {
    for (const name of table.keys()) {
      // a wrong value is refused for what it is, an unknown name for being unknown
      expect(() => readSettings({ stages: { qa: {} }, stage: 'qa', [name]: { wrong: true } })).not.toThrow(
        /there is no setting/,
      );
    }
  });

  test('that cost by the month are off by default', () => {
    const byTheMonth = [...table].filter(([, { meaning = '' }]) => meaning.includes('costs by the month'));
    expect(byTheMonth.map(([name]) => name)).toEqual(['cloudFront']);
    for (const [name] of byTheMonth) {
      expect(defaults[name]).toBe(false);
    }
  });
});
