CREATE TABLE emails (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    -- Whom it is about and for, when that is a user.
    user_id TEXT REFERENCES users (id),
    -- The template. Not enumerated here: every release may add some.
    kind TEXT NOT NULL,
    language TEXT NOT NULL,
    priority TEXT NOT NULL CHECK (priority IN ('high', 'normal', 'low')),
    status TEXT NOT NULL CHECK (status IN ('queued', 'sending', 'unknown', 'sent', 'failed', 'suppressed',
        'cancelled', 'expired', 'deferred', 'delivered', 'bounced', 'complained')),
    sender TEXT NOT NULL,
    sender_name TEXT,
    recipient TEXT NOT NULL,
    recipient_name TEXT,
    -- Rendered when the row was made, with everything secret masked.
    subject TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    -- JSON array of [name, value]: headers beyond those every mail has.
    headers TEXT NOT NULL,
    -- JSON object: all data of the template, with everything secret masked.
    data TEXT NOT NULL,
    -- The secret part of the data, encrypted; dropped as soon as nothing will be sent any more.
    sealed_secret TEXT,
    -- Unique with organization and kind for 24 hours, then freed.
    idempotency_key TEXT,
    -- Keyed hash of recipient, data and secret: is the same key used for the same mail?
    fingerprint TEXT NOT NULL,
    not_before TIMESTAMP NOT NULL,
    expires_at TIMESTAMP,
    -- When it is due; nothing is scheduled when absent.
    next_attempt_at TIMESTAMP,
    -- Tries that count towards the pauses between them.
    tries BIGINT NOT NULL,
    -- The attempt that holds the row, and until when.
    claim_id TEXT,
    lease_until TIMESTAMP,
    -- Set before the first byte of content leaves.
    transmission_began_at TIMESTAMP,
    provider TEXT,
    provider_message_id TEXT,
    last_reply TEXT,
    created_at TIMESTAMP NOT NULL,
    settled_at TIMESTAMP
);
CREATE INDEX emails_queue ON emails (status, priority, next_attempt_at, id);
CREATE INDEX emails_log ON emails (organization_id, created_at, id);
CREATE INDEX emails_log_by_status ON emails (organization_id, status, created_at, id);
CREATE INDEX emails_by_user ON emails (user_id, created_at, id);
CREATE UNIQUE INDEX emails_idempotency ON emails (organization_id, kind, idempotency_key);

CREATE TABLE email_attempts (
    id TEXT NOT NULL PRIMARY KEY,
    email_id TEXT NOT NULL REFERENCES emails (id),
    provider TEXT NOT NULL,
    -- Which running process made it.
    instance TEXT NOT NULL,
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    -- Absent while it runs, and for ever when its process died.
    outcome TEXT CHECK (outcome IN ('accepted', 'transient', 'throttled', 'permanent', 'provider_down',
        'message_fault', 'unknown', 'not_marked', 'lost')),
    reply TEXT,
    duration_ms BIGINT
);
CREATE INDEX email_attempts_by_email ON email_attempts (email_id, started_at, id);

-- Mails that were kept instead of sent, one for each row of the outbox.
CREATE TABLE captured_messages (
    email_id TEXT NOT NULL PRIMARY KEY REFERENCES emails (id),
    -- Subject, text and HTML, encrypted: they hold links and passwords in the clear.
    sealed_content TEXT NOT NULL,
    size BIGINT NOT NULL,
    captured_at TIMESTAMP NOT NULL
);
