/** What a rotator may do: everything in its realm, view and manage all clients, or some clients, and list those. */
export type Permission =
  | { readonly kind: 'realm-admin' }
  | { readonly kind: 'all-clients' }
  | {
      readonly kind: 'clients';
      /** Whether it may look clients up by their Client ID; it is shown those that it may touch. */
      readonly list: boolean;
      /** Their uuids. */
      readonly clients: readonly string[];
    };
