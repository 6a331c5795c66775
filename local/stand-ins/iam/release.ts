/** Releases of Keycloak that differ in what is embedded. */
export type Release = '22.0' | '26.0' | '26.7';
