CREATE TABLE invites (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    email TEXT NOT NULL,
    -- The address in lower case.
    email_key TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('member', 'reviewer', 'analyst', 'support', 'admin', 'operator')),
    -- What the form of the acceptance holds at first.
    name TEXT,
    -- Who sent it last.
    invited_by TEXT NOT NULL REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    accepted_at TIMESTAMP,
    -- The account it became.
    user_id TEXT REFERENCES users (id),
    -- Taken back, or replaced by a newer one for the same address.
    revoked_at TIMESTAMP,
    sends BIGINT NOT NULL,
    sent_at TIMESTAMP NOT NULL,
    -- The file it came from; files are forgotten before their invites.
    batch_id TEXT
);
CREATE INDEX invites_by_organization ON invites (organization_id, created_at, id);
CREATE UNIQUE INDEX invites_one_per_address ON invites (organization_id, email_key)
    WHERE accepted_at IS NULL AND revoked_at IS NULL;

-- A file of invites, from its preview to its result.
CREATE TABLE invite_batches (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    file_name TEXT NOT NULL,
    -- When it was sent; nothing while it is only looked at.
    confirmed_at TIMESTAMP
);
CREATE INDEX invite_batches_by_time ON invite_batches (created_at);

CREATE TABLE invite_batch_rows (
    id TEXT NOT NULL PRIMARY KEY,
    batch_id TEXT NOT NULL REFERENCES invite_batches (id),
    -- Its line in the file.
    line BIGINT NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    -- `ready` until it was sent; otherwise what came of it or is wrong with it.
    verdict TEXT NOT NULL CHECK (verdict IN ('ready', 'invited', 'has_account', 'already_invited', 'bad_address',
        'bad_name', 'unknown_role', 'role_not_allowed', 'duplicate', 'wrong_columns')),
    -- The line that has the same address.
    same_as BIGINT
);
CREATE UNIQUE INDEX invite_batch_rows_by_line ON invite_batch_rows (batch_id, line);
