-- Requests for a link to reset a password, until they are looked into: the request itself only writes this row,
-- whether the address has an account or not.
CREATE TABLE password_reset_requests (
    id TEXT NOT NULL PRIMARY KEY,
    -- The address in lower case.
    email_key TEXT NOT NULL,
    requested_at TIMESTAMP NOT NULL,
    ip TEXT,
    user_agent TEXT,
    request_id TEXT
);

-- The code that was mailed to a user last, to verify the address.
CREATE TABLE email_codes (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id),
    -- Keyed, over user, address and code, hexadecimal: six digits alone could be found by trying.
    mac TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    tries BIGINT NOT NULL
);

-- Changes of a user's address, each confirmed by the new one and taken back by the old one.
CREATE TABLE address_changes (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    old_email TEXT NOT NULL,
    -- In lower case: it stays the user's as long as the change can be taken back.
    old_email_key TEXT NOT NULL,
    new_email TEXT NOT NULL,
    requested_at TIMESTAMP NOT NULL,
    confirmed_at TIMESTAMP,
    -- Until when it can be taken back.
    undo_until TIMESTAMP,
    undone_at TIMESTAMP,
    -- Set when a newer one, or the end of it all, made this one void.
    ended_at TIMESTAMP
);
CREATE INDEX address_changes_by_user ON address_changes (user_id, requested_at);
CREATE INDEX address_changes_by_old_address ON address_changes (old_email_key);
