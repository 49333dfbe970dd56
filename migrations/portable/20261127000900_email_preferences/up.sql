-- Kinds of mail that a person does not want; a row is a no.
CREATE TABLE email_preferences (
    user_id TEXT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    muted_at TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, kind)
);
