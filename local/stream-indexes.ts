import { rmSync } from 'node:fs';
import { Database } from 'node-sqlite3-wasm';

/** What the embedded engine asks of a stream: its end, at every write; the records behind a place; its first and last. */
const INDEXES = `
  CREATE INDEX IF NOT EXISTS guidon_stream_end
    ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
  CREATE INDEX IF NOT EXISTS guidon_stream_places
    ON _stream_records (table_name, shard_id, CAST(sequence_number AS INTEGER), sequence_number);
`;

/**
 * Lets the embedded engine find its way in a stream without reading all of it, as it does by itself: every write would
 * cost more than the one before. No engine may run on `database`, its SQLite file; false where it holds no tables yet.
 */
export const indexStreams = (database: string): boolean => {
  // of a start that was killed in here
  rmSync(`${database}.lock`, { recursive: true, force: true });
  const db = new Database(database, { fileMustExist: true });
  try {
    // alone, it needs no shared memory to read the engine's write-ahead log
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    const isMade = db.get("SELECT 1 FROM sqlite_master WHERE name = '_stream_records'") !== null;
    if (isMade) {
      db.exec(INDEXES);
    }
    return isMade;
  } finally {
    db.close();
  }
};
