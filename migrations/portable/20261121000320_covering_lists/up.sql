-- Counting the documents of a case, and the claims of an organization, without reading the rows.
DROP INDEX documents_by_case;
CREATE INDEX documents_by_case ON documents (case_id, position, state);
DROP INDEX verification_cases_by_claim;
CREATE INDEX verification_cases_by_claim
    ON verification_cases (state, claim_expires_at, organization_id, claimed_by);
