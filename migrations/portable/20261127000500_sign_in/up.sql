-- Tries to sign in that failed. Those with an address nobody has are counted too, so that they are answered
-- alike; of such an address only a keyed hash is kept.
CREATE TABLE sign_in_failures (
    id TEXT NOT NULL PRIMARY KEY,
    -- Whose count it is: a keyed hash of the address, or of the address and a device its owner is known by.
    bucket TEXT NOT NULL,
    user_id TEXT REFERENCES users (id),
    at TIMESTAMP NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('credentials', 'locked')),
    -- What is limited together: an IPv4 address, or the /64 network of an IPv6 address.
    network TEXT NOT NULL,
    ip TEXT,
    user_agent TEXT,
    -- Set when a sign-in, a lock or an unlock made the count begin anew.
    cleared_at TIMESTAMP
);
CREATE INDEX sign_in_failures_by_bucket ON sign_in_failures (bucket, at);
CREATE INDEX sign_in_failures_by_network ON sign_in_failures (network, at);
CREATE INDEX sign_in_failures_by_user ON sign_in_failures (user_id, at);
CREATE INDEX sign_in_failures_by_time ON sign_in_failures (at);

-- Locks that too many failures brought. `users.locked_until` says the same of the account as a whole.
CREATE TABLE account_locks (
    id TEXT NOT NULL PRIMARY KEY,
    bucket TEXT NOT NULL,
    -- Nobody, for an address that has no account.
    user_id TEXT REFERENCES users (id),
    locked_at TIMESTAMP NOT NULL,
    until TIMESTAMP NOT NULL,
    failures BIGINT NOT NULL,
    -- From where the last failure came.
    ip TEXT,
    user_agent TEXT,
    -- Set once the owner was told by mail and notification.
    told_at TIMESTAMP,
    cleared_at TIMESTAMP,
    cleared_how TEXT CHECK (cleared_how IN ('link', 'administrator', 'password')),
    cleared_by TEXT REFERENCES users (id)
);
CREATE INDEX account_locks_by_bucket ON account_locks (bucket, until);
CREATE INDEX account_locks_by_user ON account_locks (user_id, locked_at);
CREATE INDEX account_locks_untold ON account_locks (told_at, locked_at);

-- Devices an account was signed in from: a browser by its cookie, a program by its name and network.
CREATE TABLE known_devices (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind IN ('browser', 'program')),
    -- SHA-256 of what the device presents, hexadecimal.
    key_hash TEXT NOT NULL,
    -- Browser and system in words.
    device TEXT NOT NULL,
    ip TEXT,
    first_seen_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    UNIQUE (user_id, key_hash)
);
CREATE INDEX known_devices_by_time ON known_devices (last_seen_at);
