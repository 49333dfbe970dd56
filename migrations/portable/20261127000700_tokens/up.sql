-- Keys that sign access tokens; the public halves are published.
CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    -- The seed of the Ed25519 key, sealed with the instance's secret.
    sealed_seed TEXT NOT NULL,
    -- 32 bytes, base64url.
    public_key TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    -- From this moment on it signs nothing more; it stays published until its tokens are dead.
    retired_at TIMESTAMP
);

-- The refresh token that took its place.
ALTER TABLE refresh_tokens ADD COLUMN successor_id TEXT;
ALTER TABLE refresh_tokens ADD COLUMN issued_ip TEXT;
ALTER TABLE refresh_tokens ADD COLUMN issued_agent TEXT;
ALTER TABLE refresh_tokens ADD COLUMN spent_ip TEXT;
ALTER TABLE refresh_tokens ADD COLUMN spent_agent TEXT;
-- When its successor was given out a second time, to a client whose first answer was lost.
ALTER TABLE refresh_tokens ADD COLUMN replayed_at TIMESTAMP;

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    -- The part of the key that may be shown: fd_<handle>_…
    handle TEXT NOT NULL UNIQUE,
    -- SHA-256 of the whole key, hexadecimal.
    hash TEXT NOT NULL,
    -- Separated by spaces.
    scopes TEXT NOT NULL,
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    last_used_at TIMESTAMP,
    last_used_ip TEXT,
    -- Another key took its place; it works on until expires_at.
    replaced_at TIMESTAMP,
    successor_id TEXT REFERENCES api_keys (id),
    revoked_at TIMESTAMP
);
CREATE INDEX api_keys_by_organization ON api_keys (organization_id, created_at, id);

-- Answers to calls that created something, for a caller that asks again with the same key.
CREATE TABLE idempotency_keys (
    id TEXT NOT NULL PRIMARY KEY,
    -- user:<id>, api_key:<id> or ip:<address>.
    actor TEXT NOT NULL,
    key TEXT NOT NULL,
    -- Method and path.
    operation TEXT NOT NULL,
    -- Keyed hash of the body, hexadecimal.
    body_hash TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    -- Nothing while the call is under way.
    status BIGINT,
    sealed_answer TEXT,
    UNIQUE (actor, key)
);
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);
