-- One act that ends sessions: of one person, of a list, or of everything that matches.
CREATE TABLE revocations (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    -- Nobody, when it was asked for at the terminal.
    requested_by TEXT REFERENCES users (id),
    requester_name TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('session', 'sessions', 'family', 'user', 'users', 'filter')),
    -- JSON: which sessions.
    selection TEXT NOT NULL,
    -- SHA-256 of what was asked for: the same command started again goes on with it.
    fingerprint TEXT NOT NULL,
    -- Are they sessions of the users in revocation_lines?
    listed BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('preparing', 'running', 'done', 'cancelled', 'failed')),
    -- How many sessions there were at the start, how many were ended, and of how many users.
    matched BIGINT NOT NULL,
    revoked BIGINT NOT NULL,
    users BIGINT NOT NULL,
    -- Sessions opened after this moment are left alone.
    cutoff TIMESTAMP NOT NULL,
    -- JSON: how far it came.
    progress TEXT NOT NULL,
    error TEXT,
    -- The instance that works on it, and until when.
    lease_owner TEXT,
    lease_until TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP
);
CREATE INDEX revocations_by_time ON revocations (organization_id, created_at, id);
CREATE INDEX revocations_by_state ON revocations (state, lease_until);
CREATE INDEX revocations_by_fingerprint ON revocations (organization_id, fingerprint);

-- The list a revocation was given, line by line.
CREATE TABLE revocation_lines (
    id TEXT NOT NULL PRIMARY KEY,
    revocation_id TEXT NOT NULL REFERENCES revocations (id),
    -- As in the file, from 1.
    line BIGINT NOT NULL,
    text TEXT NOT NULL,
    -- Nobody, for a line that names no user or one that was named before.
    user_id TEXT REFERENCES users (id),
    outcome TEXT NOT NULL CHECK (outcome IN ('found', 'repeated', 'unknown')),
    revoked BIGINT NOT NULL,
    UNIQUE (revocation_id, line)
);
CREATE INDEX revocation_lines_by_user ON revocation_lines (revocation_id, user_id);

-- Lists of sessions, newest first: all, the open ones, those from one address; and the ended ones by their end.
CREATE INDEX sessions_by_time ON sessions (organization_id, created_at, id);
CREATE INDEX sessions_open_by_time ON sessions (organization_id, created_at, id) WHERE ended_at IS NULL;
CREATE INDEX sessions_by_address ON sessions (organization_id, ip, created_at, id);
CREATE INDEX sessions_ended ON sessions (organization_id, ended_at, id) WHERE ended_at IS NOT NULL;
-- A revocation walks the open sessions from person to person.
CREATE INDEX sessions_open_by_user ON sessions (organization_id, user_id, id) WHERE ended_at IS NULL;
CREATE INDEX sessions_by_revocation ON sessions (revocation_id, id) WHERE revocation_id IS NOT NULL;
