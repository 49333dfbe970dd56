-- May staff of this organization work without a second factor? Only the demo and tests relax it.
ALTER TABLE organizations ADD COLUMN staff_mfa_required BOOLEAN NOT NULL DEFAULT TRUE;

-- Since when the user has a second factor; nothing while there is none.
ALTER TABLE users ADD COLUMN mfa_since TIMESTAMP;
ALTER TABLE users ADD COLUMN password_changed_at TIMESTAMP;
-- Too many wrong passwords: nobody signs in before this moment.
ALTER TABLE users ADD COLUMN locked_until TIMESTAMP;
-- The user asked to be erased: it happens at this moment, and did at the other.
ALTER TABLE users ADD COLUMN erase_at TIMESTAMP;
ALTER TABLE users ADD COLUMN erased_at TIMESTAMP;
CREATE INDEX users_by_erasure ON users (erase_at);

-- What the token is about besides its user: an invite, a change of address, a set of sessions.
ALTER TABLE one_time_tokens ADD COLUMN subject TEXT;

-- When a factor was last shown in this session; dangerous acts ask for a fresh one.
ALTER TABLE sessions ADD COLUMN factor_at TIMESTAMP;
-- The user who ended it, and the revocation it was ended by.
ALTER TABLE sessions ADD COLUMN ended_by TEXT;
ALTER TABLE sessions ADD COLUMN revocation_id TEXT;
ALTER TABLE sessions ADD COLUMN country TEXT;

-- One row for each counted try; a limit is how many of a bucket lie within its window.
CREATE TABLE rate_limit_hits (
    id TEXT NOT NULL PRIMARY KEY,
    -- The limit's name and whom it counts, such as `password_reset:ip:192.0.2.1`.
    bucket TEXT NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE INDEX rate_limit_hits_by_bucket ON rate_limit_hits (bucket, at);
CREATE INDEX rate_limit_hits_by_time ON rate_limit_hits (at);

CREATE TABLE notifications (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    title TEXT NOT NULL,
    message TEXT NOT NULL,
    -- JSON for programs.
    data TEXT NOT NULL,
    -- A path of ours.
    link TEXT,
    created_at TIMESTAMP NOT NULL,
    read_at TIMESTAMP,
    expires_at TIMESTAMP
);
CREATE INDEX notifications_by_user ON notifications (user_id, created_at, id);
