internal import GRDB

extension RunStore {
  /// The schema of the database, as the steps that led to it; a step that was ever released does not change.
  static let migrator: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 runs, stages, artifacts, series") { database in
      try database.execute(
        sql: """
          CREATE TABLE run (
            id TEXT PRIMARY KEY NOT NULL,
            experiment TEXT NOT NULL,
            configuration TEXT NOT NULL,
            state TEXT NOT NULL,
            created REAL NOT NULL,
            seconds REAL NOT NULL DEFAULT 0,
            version TEXT NOT NULL,
            command TEXT NOT NULL,
            headline TEXT,
            facts TEXT,
            failure TEXT
          ) STRICT;
          CREATE TABLE source (
            run TEXT NOT NULL REFERENCES run(id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            role TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            PRIMARY KEY (run, role, name)
          ) STRICT;
          CREATE TABLE stage (
            run TEXT NOT NULL REFERENCES run(id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            position INTEGER NOT NULL,
            state TEXT NOT NULL,
            seconds REAL NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 1,
            PRIMARY KEY (run, name)
          ) STRICT;
          CREATE TABLE artifact (
            run TEXT NOT NULL,
            stage TEXT NOT NULL,
            path TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            PRIMARY KEY (run, stage, path),
            FOREIGN KEY (run, stage) REFERENCES stage(run, name) ON DELETE CASCADE
          ) STRICT;
          CREATE TABLE series (
            id INTEGER PRIMARY KEY,
            run TEXT NOT NULL REFERENCES run(id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            UNIQUE (run, name)
          ) STRICT;
          CREATE TABLE point (
            series INTEGER NOT NULL REFERENCES series(id) ON DELETE CASCADE,
            step INTEGER NOT NULL,
            value REAL,
            PRIMARY KEY (series, step)
          ) STRICT, WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("2 labels, sweeps and reproductions") { database in
      try database.execute(
        sql: """
          ALTER TABLE run ADD COLUMN metrics TEXT NOT NULL DEFAULT '[]';
          ALTER TABLE run ADD COLUMN parent TEXT REFERENCES run(id) ON DELETE CASCADE;
          ALTER TABLE run ADD COLUMN position INTEGER;
          ALTER TABLE run ADD COLUMN label TEXT;
          ALTER TABLE run ADD COLUMN original TEXT REFERENCES run(id) ON DELETE SET NULL;
          CREATE UNIQUE INDEX run_place ON run(parent, position);
          """)
    }
    return migrator
  }()
}
