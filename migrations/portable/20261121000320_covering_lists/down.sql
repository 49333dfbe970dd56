DROP INDEX documents_by_case;
CREATE INDEX documents_by_case ON documents (case_id, position);
DROP INDEX verification_cases_by_claim;
CREATE INDEX verification_cases_by_claim ON verification_cases (state, claim_expires_at);
