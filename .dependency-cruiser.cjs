/** Who may import whom. A rule reads: files of `from` may reach, of our own code, nothing but what is listed. */
const only = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: '^(bin|lib|functions|shared|openapi|local|test)/', pathNot: [from, ...allowed] },
});

const CONTRACT = '^shared/contract/';
const ERRORS = '^shared/errors\\.ts$';
const PORTS = '^shared/(ports|audit-ports|import-ports|override-ports|stream-ports)\\.ts$';
const DEADLINE = '^shared/deadline\\.ts$';
const PARSE = '^shared/parse\\.ts$';
const CONFIG = '^shared/config\\.ts$';
const EVALUATION = '^shared/evaluation/';

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'what the benchmark compares with is installed by itself alone',
      from: { pathNot: '^bench/(contenders|build)/' },
      to: { couldNotResolve: true },
    },
    only('contract-alone', CONTRACT, [], 'the vocabulary knows nothing but itself'),
    {
      name: 'contract-zod-only',
      severity: 'error',
      from: { path: CONTRACT },
      to: { dependencyTypes: ['npm', 'core'], pathNot: 'node_modules/zod/' },
    },
    only('evaluation-pure', EVALUATION, [CONTRACT], 'the core is pure: contract types only'),
    {
      name: 'evaluation-no-packages',
      severity: 'error',
      comment: 'the core runs anywhere: the hash is handed in',
      from: { path: EVALUATION },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'] },
    },
    {
      name: 'evaluation-contract-types-only',
      severity: 'error',
      from: { path: EVALUATION },
      to: { path: CONTRACT, dependencyTypesNot: ['type-only'] },
    },
    only('ports', PORTS, [CONTRACT, PORTS], 'ports speak the vocabulary'),
    only('errors', ERRORS, [], 'errors depend on nothing'),
    only('parse', PARSE, [CONTRACT, ERRORS], 'from zod to our errors'),
    only('services', '^shared/services/', [EVALUATION, PORTS, CONTRACT, ERRORS, DEADLINE, PARSE]),
    only('dynamodb', '^shared/dynamodb/', [PORTS, CONTRACT, ERRORS, DEADLINE]),
    only('cognito', '^shared/cognito/', [PORTS, CONTRACT, ERRORS, DEADLINE]),
    only('import-parts', '^shared/import-parts/', [PORTS, ERRORS, DEADLINE]),
    only('http', '^shared/http/', [
      CONTRACT,
      ERRORS,
      DEADLINE,
      PARSE,
      PORTS,
      CONFIG,
      EVALUATION,
      '^shared/services/call\\.ts$',
    ]),
    only('config', CONFIG, [CONTRACT]),
    only('telemetry', '^shared/telemetry\\.ts$', [PORTS]),
    {
      name: 'shared-not-upwards',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(bin|lib|functions|openapi|local|test)/' },
    },
    only(
      'routes',
      '^functions/([\\w-]*routes|stream-handlers)\\.ts$',
      [
        '^functions/[\\w-]*routes\\.ts$',
        '^shared/dynamodb/keys\\.ts$',
        '^shared/http/principal\\.ts$',
        '^shared/http/signed-caller\\.ts$',
      ],
      'pure data',
    ),
    only('functions', '^functions/(admin|devices|evaluation|stream)/', [
      CONTRACT,
      CONFIG,
      EVALUATION,
      '^shared/http/',
      '^shared/composition/',
      '^shared/telemetry\\.ts$',
      ERRORS,
      '^shared/cognito/',
    ]),
    only(
      'lib',
      '^lib/',
      [
        '^functions/((override-)?routes|stream-handlers)\\.ts$',
        '^shared/contract/primitives\\.ts$',
        '^shared/http/signed-caller\\.ts$',
      ],
      'infrastructure knows the table of contents, and the words it shares with the functions',
    ),
    only('bin', '^bin/', ['^lib/']),
    {
      name: 'functions-without-zod',
      severity: 'error',
      comment: 'what a request may hold is said in the contract, where the published document finds it too',
      from: { path: '^functions/' },
      to: { path: 'node_modules/zod/' },
    },
    only(
      'openapi',
      '^openapi/',
      ['^functions/routes\\.ts$', CONTRACT, ERRORS, '^shared/http/problem\\.ts$'],
      'describes the routes by the contract',
    ),
    {
      name: 'product-not-openapi',
      severity: 'error',
      comment: 'the document is made before anything is bundled',
      from: { path: '^(bin|lib|functions|shared)/' },
      to: { path: '^openapi/' },
    },
    {
      name: 'product-not-local',
      severity: 'error',
      comment: 'nothing that is deployed knows the laptop',
      from: { path: '^(bin|lib|functions|shared)/' },
      to: { path: '^(local|test)/' },
    },
    {
      name: 'no-dev-packages',
      severity: 'error',
      from: { path: '^(functions|shared)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-optional', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
