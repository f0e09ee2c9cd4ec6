-- A SQLite file as the version before migrations made it, with an estimate and a job that waits.
CREATE TABLE estimates (
    number INTEGER NOT NULL, id VARCHAR(16) NOT NULL, team_id VARCHAR(32) NOT NULL, user_id VARCHAR(32) NOT NULL,
    channel_id VARCHAR(32), thread_ts VARCHAR(32), message_ts VARCHAR(32), edit_of VARCHAR(16), name VARCHAR(80),
    fields JSON NOT NULL, result BLOB NOT NULL, as_of VARCHAR(10) NOT NULL, catalog_version VARCHAR(40) NOT NULL,
    posted INTEGER NOT NULL, created_at DATETIME NOT NULL, PRIMARY KEY (number), UNIQUE (id)
);
CREATE INDEX estimates_by_thread ON estimates (team_id, channel_id, thread_ts, number);
CREATE INDEX estimates_by_user ON estimates (team_id, user_id, number);
CREATE TABLE inbox (
    number INTEGER NOT NULL, "key" VARCHAR(200) NOT NULL, kind VARCHAR(40) NOT NULL, payload JSON NOT NULL,
    state VARCHAR(10) NOT NULL, attempts INTEGER NOT NULL, created_at DATETIME NOT NULL, PRIMARY KEY (number), UNIQUE ("key")
);
CREATE INDEX inbox_by_state ON inbox (state, number);
-- The result is a document of that version without offers, compressed by zlib.
INSERT INTO estimates VALUES (
    7, 'bcdfghjkmn', 'T1', 'U1', 'C1', '1.2', '1.2', NULL, 'kept', '{"on": "all"}', x'789c45ca310e83301005d1bbfcda44d80585af8210da9085586c6cc43a3416778f43433b6f0a48c734c3c3b5ae6bac6d9c85c14499242de3c1bb86146f7efc55278eb487045f702189e0347833bd2444ae65e52dd79335870f6556f87e307892568c5f91f3078071256d', '2026-11-21',
    '2026-11.1', 3, '2026-11-21 12:00:00.000000'
);
INSERT INTO inbox VALUES (
    9, 'view:V1:h', 'estimate', '{"team": "T1", "user": "U1", "channel": "C1", "thread_ts": "1.2"}', 'waiting', 1,
    '2026-11-21 12:00:00.000000'
);
INSERT INTO inbox VALUES (10, 'view:V2:h', 'estimate', '{}', 'done', 1, '2026-11-21 12:00:00.000000');
