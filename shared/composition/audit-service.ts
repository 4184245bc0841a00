import type { Config } from '../config';
import { DynamoAuditRepository } from '../dynamodb/audit-repository';
import { AuditService } from '../services/audit';
import { openTables } from './parts';

export const composeAuditService = (config?: Config): AuditService => {
  const { auditTable, flagTable } = openTables(config);
  return new AuditService(new DynamoAuditRepository(auditTable, flagTable));
};
