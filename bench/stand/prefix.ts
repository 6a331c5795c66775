/** Begins every name. */
export const PREFIX = 'csr';
