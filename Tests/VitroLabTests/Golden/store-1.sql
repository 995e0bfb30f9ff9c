-- A store as Vitro made it with the first step of its schema: one run of an experiment that has gained fields since.
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO grdb_migrations VALUES ('1 runs, stages, artifacts, series');
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
INSERT INTO run (id, experiment, configuration, state, created, seconds, version, command, headline, facts) VALUES (
  'd8e4x0an', 'dice', '{"experiment": "dice", "fields": {"count": 4, "weight": 0.5}, "seed": 0}', 'finished', 1795235510.5, 0.25, '0.1.0',
  '["vitro", "dice", "--count", "4"]', 'It rolled.', '{"sum": 4.0, "values": [0.5, null, null, 0.30000000000000004]}');
INSERT INTO stage VALUES ('d8e4x0an', 'first', 0, 'finished', 0.1, 1), ('d8e4x0an', 'second', 1, 'finished', 0.1, 1);
INSERT INTO artifact VALUES ('d8e4x0an', 'second', 'value.json', 1, '2c624232cdd221771294dfbb310aca000a0df6ac8b66b696d90ef06fdefb64a3');
INSERT INTO series VALUES (1, 'd8e4x0an', 'height');
INSERT INTO point VALUES (1, 0, 0.0), (1, 1, 1.0), (1, 2, NULL);
