import { createHash } from 'node:crypto';

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

export const sha256 = (text: string): number => Number.parseInt(sha256Hex(text).slice(0, 8), 16);
