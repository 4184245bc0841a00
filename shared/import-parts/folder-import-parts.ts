import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ImportParts } from '../import-ports';

const isMissing = (error: unknown): boolean => (error as { code?: unknown }).code === 'ENOENT';

/** Parts as files of a folder. */
export class FolderImportParts implements ImportParts {
  constructor(private readonly folder: string) {}

  async put(object: string, text: string): Promise<void> {
    const file = this.fileOf(object);
    await mkdir(dirname(file), { recursive: true });
    // whoever reads it finds the whole of it, or nothing
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  }

  async get(object: string): Promise<string | undefined> {
    try {
      return await readFile(this.fileOf(object), 'utf8');
    } catch (error) {
      if (isMissing(error)) {
        return undefined;
      }
      throw error;
    }
  }

  async delete(object: string): Promise<void> {
    await rm(this.fileOf(object), { force: true });
  }

  private fileOf(object: string): string {
    return join(this.folder, `${object}.csv`);
  }
}
