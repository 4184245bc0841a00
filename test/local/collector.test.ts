import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CollectedItems } from '../../local/collector';

describe('CollectedItems', () => {
  const folder = mkdtempSync(join(tmpdir(), 'guidon-collector-'));
  const file = join(folder, 'collected.jsonl');
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('knows an item again whatever order the names of its key come in', () => {
    const collected = new CollectedItems(file);
    collected.add('Table', { PK: 'a', SK: 'b' }, 12);
    expect(collected.has('Table', { SK: 'b', PK: 'a' }, 12)).toBe(true);
  });

  it('knows it after a restart', () => {
    expect(new CollectedItems(file).has('Table', { SK: 'b', PK: 'a' }, 12)).toBe(true);
  });

  it('does not take an item of another time or table for it', () => {
    const collected = new CollectedItems(file);
    expect(collected.has('Table', { PK: 'a', SK: 'b' }, 13)).toBe(false);
    expect(collected.has('Other', { PK: 'a', SK: 'b' }, 12)).toBe(false);
  });
});
