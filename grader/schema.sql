-- The schema of gradebook.sqlite, version 1 (PRAGMA user_version).
-- Only raw results stand here: people's corrections and the late policy are applied when
-- grades are shown.

-- What the gradebook is about, as JSON: assignment, title, groups with their points, late
-- policy, seed, language. One row.
CREATE TABLE about (
    about TEXT NOT NULL
);

CREATE TABLE students (
    student TEXT PRIMARY KEY,   -- the id, which is also the name of the student's files
    name TEXT NOT NULL,         -- as the learning platform says it
    source TEXT NOT NULL,       -- moodle, canvas, gradescope, blackboard or plain
    ref TEXT NOT NULL,          -- what the platform calls the student or the submission
    folder TEXT NOT NULL,       -- the platform's name of the folder for feedback
    file TEXT NOT NULL,         -- the graded file, as it was handed in
    submitted TEXT,             -- ISO 8601, if the platform says when
    late INTEGER NOT NULL,      -- 1 if the platform says 'late' without saying how late
    others TEXT NOT NULL,       -- JSON list: files handed in, too, and not graded
    sha256 TEXT NOT NULL,       -- of the graded bytes, in hex
    status TEXT NOT NULL,       -- graded or not_graded
    reason TEXT,                -- why it is not graded, in English
    score REAL,                 -- raw: what the checks gave; NULL if not graded
    seconds REAL NOT NULL,      -- that the checks took, wall clock
    key TEXT NOT NULL,          -- digest of all that the report depends on; '' if not graded
    rules TEXT NOT NULL,        -- digest of what it was graded by: checks, grader and such, seed
    shown TEXT NOT NULL,        -- digest of all that the student's pages depend on
    report BLOB NOT NULL,       -- the whole report: msgpack, compressed by zlib
    fingerprints BLOB NOT NULL  -- of the code: little-endian 64-bit numbers
);

CREATE TABLE checks (
    student TEXT NOT NULL,
    id TEXT NOT NULL,           -- for example test_delta::sign
    grp TEXT NOT NULL,          -- the group
    outcome TEXT NOT NULL,      -- passed, failed, error or skipped
    points REAL NOT NULL,
    max_points REAL NOT NULL,
    diagnosis TEXT,
    seconds REAL NOT NULL,
    PRIMARY KEY (student, id)
) WITHOUT ROWID;

-- What people decided. Rows are only ever added; a student's newest one for a group counts.
CREATE TABLE corrections (
    number INTEGER PRIMARY KEY,
    student TEXT NOT NULL,
    grp TEXT NOT NULL,          -- the group, or '' if it is about the time
    points REAL,                -- that the group gives from now on; NULL takes it back
    submitted TEXT,             -- when the work counts as handed in
    comment TEXT NOT NULL,
    by TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX corrections_by_student ON corrections (student);
