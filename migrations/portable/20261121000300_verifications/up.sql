CREATE TABLE verification_cases (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    applicant_id TEXT NOT NULL REFERENCES users (id),
    state TEXT NOT NULL
        CHECK (state IN ('waiting', 'claimed', 'approved', 'rejected', 'resubmission_asked')),
    -- Rises with every transition: a form that carries an older one is stale.
    version BIGINT NOT NULL,
    declared_kind TEXT NOT NULL,
    declared_number TEXT,
    declared_country TEXT,
    declared_expiry DATE,
    claimed_by TEXT REFERENCES users (id),
    claim_expires_at TIMESTAMP,
    submitted_at TIMESTAMP NOT NULL,
    due_at TIMESTAMP NOT NULL,
    decided_by TEXT REFERENCES users (id),
    decided_at TIMESTAMP,
    reason_code TEXT,
    -- The public text the applicant was mailed.
    message TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX verification_cases_one_open ON verification_cases (applicant_id)
    WHERE state IN ('waiting', 'claimed', 'resubmission_asked');
CREATE INDEX verification_cases_queue ON verification_cases (organization_id, state, submitted_at, id);
CREATE INDEX verification_cases_by_time ON verification_cases (organization_id, submitted_at, id);
CREATE INDEX verification_cases_by_applicant ON verification_cases (applicant_id, created_at);
CREATE INDEX verification_cases_by_claim ON verification_cases (state, claim_expires_at);

CREATE TABLE documents (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    case_id TEXT NOT NULL REFERENCES verification_cases (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    -- Replaced: the applicant sent another one in its place.
    state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'asked_again', 'replaced')),
    position BIGINT NOT NULL,
    file_name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    pages BIGINT,
    sha256 TEXT NOT NULL,
    -- Random names of the encrypted files: the original, kept as evidence, and what is shown.
    original_file TEXT NOT NULL UNIQUE,
    rendition_file TEXT UNIQUE,
    rendition_type TEXT,
    -- The key of both files, sealed with the instance key.
    sealed_key TEXT NOT NULL,
    reason_code TEXT,
    reviewed_by TEXT REFERENCES users (id),
    reviewed_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX documents_by_case ON documents (case_id, position);
CREATE INDEX documents_by_hash ON documents (organization_id, sha256);
