/** What stands in for the resources that a template refers to. */
export interface Stand {
  ref(logicalId: string): string;
  attribute(logicalId: string, name: string): string;
}

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Region': 'us-east-1',
  'AWS::AccountId': '000000000000',
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'Guidon',
};

const refer = (name: string, stand: Stand): string => PSEUDO[name] ?? stand.ref(name);

const text = (value: unknown): string => {
  if (typeof value !== 'string') {
    throw new Error(`expected a text in an intrinsic function, found ${JSON.stringify(value)}`);
  }
  return value;
};

const list = (value: unknown): unknown[] => {
  if (!Array.isArray(value)) {
    throw new Error(`expected a list in an intrinsic function, found ${JSON.stringify(value)}`);
  }
  return value;
};

const substitute = (argument: unknown, stand: Stand): string => {
  const [template, own = {}] = Array.isArray(argument) ? (argument as unknown[]) : [argument];
  const variables = own as Record<string, unknown>;
  return text(template).replaceAll(/\$\{([^!}][^}]*)\}/g, (_, name: string) => {
    if (Object.hasOwn(variables, name)) {
      return text(variables[name]);
    }
    const [id = '', attribute] = name.split(/\.(.*)/s);
    return attribute === undefined ? refer(name, stand) : stand.attribute(id, attribute);
  });
};

type Intrinsic = (argument: unknown, stand: Stand) => unknown;

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, stand) => refer(text(name), stand),
  'Fn::GetAtt': (argument, stand) => {
    const [id, name] = Array.isArray(argument) ? (argument as unknown[]) : text(argument).split(/\.(.*)/s);
    return stand.attribute(text(id), text(name));
  },
  'Fn::Join': (argument) => {
    const [separator, parts] = list(argument);
    return list(parts).map(text).join(text(separator));
  },
  'Fn::Sub': substitute,
  'Fn::Select': (argument) => {
    const [index, values] = list(argument);
    return list(values)[Number(index)];
  },
  'Fn::Split': (argument) => {
    const [separator, value] = list(argument);
    return text(value).split(text(separator));
  },
};

/** The value with every intrinsic function of CloudFormation carried out; one that is not known is an error. */
export const resolveIntrinsics = (value: unknown, stand: Stand): unknown => {
  if (Array.isArray(value)) {
    return value.map((each) => resolveIntrinsics(each, stand));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && (only[0] === 'Ref' || only[0].startsWith('Fn::'))) {
    const intrinsic = INTRINSICS[only[0]];
    if (intrinsic === undefined) {
      throw new Error(`the template uses ${only[0]}, which is not known here`);
    }
    return intrinsic(resolveIntrinsics(only[1], stand), stand);
  }
  return Object.fromEntries(entries.map(([key, each]) => [key, resolveIntrinsics(each, stand)]));
};
