/** One step of the database's structure. A step that was published is never changed; what is new comes behind it. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/**
 * Texts are compared byte by byte (COLLATE "C"), as the embedded store orders them. Bodies are `json`, not `jsonb`, which
 * would change the order of their members. No index on changed_at: it is only read after a lost connection, and would
 * make each update dearer.
 */
export const migrations: readonly Migration[] = [
  {
    name: "001-documents",
    sql: `
      CREATE TABLE documents (
        store text COLLATE "C" NOT NULL,
        kind text COLLATE "C" NOT NULL,
        organization text COLLATE "C" NOT NULL,
        id text COLLATE "C" NOT NULL,
        version integer NOT NULL,
        body json NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (store, kind, organization, id)
      );
      CREATE TABLE unique_names (
        store text COLLATE "C" NOT NULL,
        name text COLLATE "C" NOT NULL,
        kind text COLLATE "C" NOT NULL,
        organization text COLLATE "C" NOT NULL,
        id text COLLATE "C" NOT NULL,
        PRIMARY KEY (store, name)
      );
      CREATE INDEX unique_names_by_document ON unique_names (store, kind, organization, id);
      CREATE TABLE removals (
        store text COLLATE "C" NOT NULL,
        kind text COLLATE "C" NOT NULL,
        organization text COLLATE "C" NOT NULL,
        id text COLLATE "C" NOT NULL,
        version integer NOT NULL,
        removed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (store, kind, organization, id)
      );
      CREATE TABLE audit (
        n bigserial PRIMARY KEY,
        store text COLLATE "C" NOT NULL,
        organization text COLLATE "C" NOT NULL,
        at text NOT NULL,
        actor text NOT NULL,
        action text NOT NULL,
        kind text NOT NULL,
        id text NOT NULL,
        detail json
      );
      CREATE INDEX audit_by_store ON audit (store, n);
      CREATE INDEX audit_by_organization ON audit (store, organization, n);
    `,
  },
];
