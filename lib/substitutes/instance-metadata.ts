/** Stands in for the question to EC2 which region this is: Lambda says it in the environment. */
export const getInstanceMetadataRegion = async (): Promise<undefined> => undefined;
