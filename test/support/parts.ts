/** What tests and the fault laboratory put their worlds together from. */
export * from '../../laboratory/parts.ts';
