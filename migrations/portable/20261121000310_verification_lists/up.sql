-- Closed cases are listed by their decision, newest first.
CREATE INDEX verification_cases_by_decision ON verification_cases (organization_id, state, decided_at, id);
