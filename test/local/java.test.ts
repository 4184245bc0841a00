import { parseJavaVersion } from '../../local/java';

describe('the version of a Java', () => {
  it.each([
    { output: 'openjdk version "17.0.15" 2025-04-15', version: 17 },
    { output: 'openjdk version "22-ea" 2024-03-19', version: 22 },
    { output: 'java version "1.8.0_401"', version: 1 },
    { output: 'Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "21" 2023-09-19', version: 21 },
    { output: 'The operation couldn’t be completed. Unable to locate a Java Runtime.', version: undefined },
  ])('of "$output" is $version', ({ output, version }) => {
    expect(parseJavaVersion(output)).toBe(version);
  });
});
