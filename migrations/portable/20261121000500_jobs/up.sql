CREATE TABLE jobs (
    name TEXT NOT NULL PRIMARY KEY,
    next_run_at TIMESTAMP NOT NULL,
    lease_owner TEXT,
    lease_until TIMESTAMP,
    last_run_at TIMESTAMP,
    last_outcome TEXT CHECK (last_outcome IN ('ok', 'failed')),
    last_duration_ms BIGINT,
    last_error TEXT,
    failures BIGINT NOT NULL
);
