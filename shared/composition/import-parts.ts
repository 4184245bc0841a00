import type { Config } from '../config';
import { FolderImportParts } from '../import-parts/folder-import-parts';
import { S3ImportParts } from '../import-parts/s3-import-parts';
import type { ImportParts } from '../import-ports';

export const composeImportParts = ({ importParts }: Config): ImportParts =>
  'folder' in importParts ? new FolderImportParts(importParts.folder) : new S3ImportParts(importParts);
