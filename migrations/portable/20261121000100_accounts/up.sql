CREATE TABLE organizations (
    id TEXT NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- May an applicant whose documents were rejected submit again?
    allow_resubmission BOOLEAN NOT NULL,
    -- Is personal data in the queue hidden until a reviewer has claimed the case?
    mask_until_claimed BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    email TEXT NOT NULL,
    -- The address in lower case: what must be unique and what sign-in looks up.
    email_key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    phone TEXT,
    role TEXT NOT NULL CHECK (role IN ('member', 'reviewer', 'analyst', 'support', 'admin', 'operator')),
    status TEXT NOT NULL CHECK (status IN ('pending', 'active', 'suspended', 'banned', 'rejected')),
    password_hash TEXT,
    -- Set with a temporary password: it must be changed, and dies at this moment.
    password_expires_at TIMESTAMP,
    must_change_password BOOLEAN NOT NULL,
    email_verified_at TIMESTAMP,
    document_verified_at TIMESTAMP,
    last_login_at TIMESTAMP,
    last_login_ip TEXT,
    last_login_agent TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX users_by_organization ON users (organization_id, created_at, id);

CREATE TABLE one_time_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    -- Nobody, for the link that creates the first operator.
    user_id TEXT REFERENCES users (id),
    purpose TEXT NOT NULL,
    -- SHA-256 of the token, hexadecimal; the token itself is only in the link.
    hash TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP,
    -- Set when a newer token of the same purpose replaced this one.
    replaced_at TIMESTAMP,
    issued_ip TEXT,
    issued_agent TEXT,
    used_ip TEXT,
    used_agent TEXT
);
CREATE INDEX one_time_tokens_by_user ON one_time_tokens (user_id, purpose);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind IN ('browser', 'api')),
    -- SHA-256 of the cookie's key or of the access token, hexadecimal.
    hash TEXT NOT NULL UNIQUE,
    -- What the browser session remembers, as JSON.
    state TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    -- The absolute end; the idle end is counted from seen_at.
    expires_at TIMESTAMP NOT NULL,
    idle_seconds BIGINT NOT NULL,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    device TEXT NOT NULL,
    ended_at TIMESTAMP,
    end_reason TEXT
);
CREATE INDEX sessions_by_user ON sessions (user_id, created_at, id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE refresh_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    -- The API session is the token family.
    session_id TEXT NOT NULL REFERENCES sessions (id),
    hash TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    spent_at TIMESTAMP
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);
