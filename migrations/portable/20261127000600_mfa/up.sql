-- The authenticator app of a user: at most one that counts, and at most one that waits for its first code.
CREATE TABLE totp_secrets (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id),
    -- Encrypted; absent until the first app was confirmed.
    sealed_secret TEXT,
    confirmed_at TIMESTAMP,
    -- The newest time step a code was accepted of: no code works twice.
    last_step BIGINT,
    -- Encrypted; the app that is being set up, since when.
    sealed_pending TEXT,
    pending_at TIMESTAMP
);

-- Codes for the day the app or the passkey is lost, each good for once.
CREATE TABLE recovery_codes (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    -- Keyed hash, so that a stolen table cannot be searched for them.
    hash TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP
);
CREATE INDEX recovery_codes_by_user ON recovery_codes (user_id, used_at);

CREATE TABLE passkeys (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    -- What its owner calls it.
    name TEXT NOT NULL,
    -- base64url, as browsers name it; a passkey belongs to one user.
    credential_id TEXT NOT NULL UNIQUE,
    -- JSON: the public key and its counter.
    credential TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    last_used_at TIMESTAMP
);
CREATE INDEX passkeys_by_user ON passkeys (user_id, created_at, id);

-- What was asked and waits for an answer: a second factor after a right password, or a passkey's signature.
CREATE TABLE mfa_challenges (
    id TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('browser_sign_in', 'api_sign_in', 'passkey_registration',
        'passkey_factor', 'passkey_sign_in')),
    -- Nobody yet, when a passkey is to say who it is.
    user_id TEXT REFERENCES users (id),
    hash TEXT NOT NULL UNIQUE,
    -- Encrypted: what the answer of a passkey is checked against.
    sealed_state TEXT,
    tries BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP
);
CREATE INDEX mfa_challenges_by_end ON mfa_challenges (expires_at);
