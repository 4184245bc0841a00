import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';
import { type HttpStep, runHttpFile, valueAt } from '../support/http-file';

const folder = join(__dirname, '..', '..', 'examples');
/** The audit log is read when there is something in it. */
const ORDER = [
  'feature-flags-user-targeting.http',
  'typed-overrides.http',
  'conflicting-overrides.http',
  'devices.http',
  'imports.http',
  'flags.http',
  'targeting-rules.http',
  'ofrep.http',
  'explain.http',
  'audit.http',
];

let guidon: GuidonInstance;
let machineToken: string;

beforeAll(async () => {
  guidon = await useGuidon();
  machineToken = await guidon.machineToken();
});

const variables = (): Record<string, string> => ({
  host: guidon.url,
  machineToken,
  ...Object.fromEntries(Object.entries(guidon.tokens).map(([user, token]) => [`${user}Token`, token])),
  ...Object.fromEntries(Object.entries(guidon.ids).map(([user, id]) => [`${user}Id`, id])),
});

const ask = ({ method, url, headers, body }: HttpStep) =>
  guidon.call(method, url.slice(guidon.url.length), { headers, body });

const check = (step: HttpStep, answer: { status: number; body: unknown }): void => {
  const found = {
    step: step.title,
    status: answer.status,
    ...Object.fromEntries(step.expectations.map(({ path }) => [path, valueAt(answer.body, path)])),
  };
  const wanted = {
    step: step.title,
    status: step.statuses.includes(answer.status) ? answer.status : step.statuses,
    ...Object.fromEntries(step.expectations.map(({ path, value }) => [path, value])),
  };
  expect(found).toEqual(wanted);
};

/** Gives the body of the answer. */
const run = async (step: HttpStep): Promise<unknown> => {
  if (step.isEventual) {
    const answer = await eventually(
      () => ask(step),
      (each) => {
        check(step, each);
      },
    );
    return answer.body;
  }
  const answer = await ask(step);
  check(step, answer);
  return answer.body;
};

describe('the examples', () => {
  it('are all run by this test', () => {
    expect(
      readdirSync(folder)
        .filter((name) => name.endsWith('.http'))
        .sort(),
    ).toEqual([...ORDER].sort());
  });

  it.each(ORDER)('of %s give what they say', async (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    expect(await runHttpFile(text, variables(), run)).toBeGreaterThanOrEqual(3);
  });
});
