import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { AccessProfile } from '../../functions/routes';

export interface FlagFunctionProps {
  /** Holds `index.mjs`. */
  readonly codeDir: string;
  readonly access: AccessProfile;
  readonly role: Role;
  readonly environment: Readonly<Record<string, string>>;
  readonly logRetentionDays: RetentionDays;
  /** @default - shares the account's concurrency with everything else in it */
  readonly reservedConcurrency?: number;
}

/** CPU comes with memory: 1,769 MB are one whole core, which evaluation needs when it compiles a ruleset. */
const sizes: Readonly<Record<AccessProfile, { readonly memoryMb: number; readonly timeoutSeconds: number }>> =
  {
    nothing: { memoryMb: 512, timeoutSeconds: 10 },
    evaluate: { memoryMb: 1769, timeoutSeconds: 10 },
    read: { memoryMb: 1024, timeoutSeconds: 10 },
    inspect: { memoryMb: 1024, timeoutSeconds: 10 },
    write: { memoryMb: 1024, timeoutSeconds: 10 },
    survey: { memoryMb: 1024, timeoutSeconds: 10 },
    target: { memoryMb: 1024, timeoutSeconds: 10 },
    equip: { memoryMb: 1024, timeoutSeconds: 10 },
    assign: { memoryMb: 1024, timeoutSeconds: 10 },
    revert: { memoryMb: 1024, timeoutSeconds: 10 },
    record: { memoryMb: 512, timeoutSeconds: 60 },
    // four megabytes of rows, and a thousand of them written
    import: { memoryMb: 1024, timeoutSeconds: 15 },
    work: { memoryMb: 1024, timeoutSeconds: 300 },
  };

/** One Lambda of the route table, with a log group of its own. */
export class FlagFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: FlagFunctionProps) {
    const { memoryMb, timeoutSeconds } = sizes[props.access];
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logGroup.grantWrite(props.role);
    super(scope, id, {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(props.codeDir, { exclude: ['*.map'] }),
      memorySize: memoryMb,
      timeout: Duration.seconds(timeoutSeconds),
      role: props.role,
      environment: { ...props.environment },
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      reservedConcurrentExecutions: props.reservedConcurrency,
      logGroup,
    });
  }
}
