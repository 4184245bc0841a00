/**
 * Stands in for parts of prom-client, 60 KiB in a bundle: what they measure or send is of one process, and a function
 * shows what is stored.
 */
export const absent = undefined;
