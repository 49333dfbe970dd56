//! A database as it looks after some months: applicants, cases in every state, documents, audit entries.
//!
//! The engine makes the rows itself out of the numbers 1 to N, so that a hundred thousand cases take
//! seconds; the statements run on SQLite and on PostgreSQL.

use diesel::connection::SimpleConnection;
use frontdesk::access::{OrganizationId, UserId};
use frontdesk::clock::Timestamp;
use frontdesk::db::Connection;

/// What rows are made for.
#[derive(Clone, Copy, Debug)]
pub struct Fill<'a> {
    pub cases: u32,
    pub organization: &'a OrganizationId,
    /// Who decided every case, and holds the claimed ones.
    pub reviewer: &'a UserId,
    pub now: Timestamp,
}

/// Seconds from one submission to the next.
const PACE: u32 = 30;

const FIRST_NAMES: &[&str] = &[
    "Ada",
    "Alan",
    "Barbara",
    "Charles",
    "Donald",
    "Edsger",
    "Emmy",
    "Frances",
    "Grace",
    "Hedy",
    "Henrietta",
    "Hypatia",
    "John",
    "Karen",
    "Katherine",
    "Konrad",
    "Maria",
    "Mary",
    "Niklaus",
    "Sofia",
];

const LAST_NAMES: &[&str] = &[
    "Lovelace",
    "Turing",
    "Liskov",
    "Shannon",
    "Knuth",
    "Dijkstra",
    "Noether",
    "Allen",
    "Hopper",
    "Lamarr",
    "Leavitt",
    "Alexandrina",
    "Backus",
    "Spärck Jones",
    "Johnson",
    "Zuse",
    "Agnesi",
    "Somerville",
    "Wirth",
    "Kovalevskaya",
];

impl Fill<'_> {
    /// Writes all rows in one transaction.
    pub fn run(&self, c: &mut Connection) -> diesel::QueryResult<()> {
        let statements = [self.users(), self.cases(c), documents(), entries()].join(";\n");
        c.batch_execute(&format!("BEGIN;\n{statements};\nCOMMIT;\n{}", settle(c)))
    }

    fn users(&self) -> String {
        let Self { cases, organization, now, .. } = self;
        let (first, last) = (pick(FIRST_NAMES, "i % 20"), pick(LAST_NAMES, "(i / 20) % 20"));
        let id = id("a", "i");
        format!(
            "INSERT INTO users (id, organization_id, email, email_key, name, phone, role, status,
               must_change_password, email_verified_at, created_at, updated_at)
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {cases})
             SELECT {id}, '{organization}', 'applicant' || i || '@demo.test', 'applicant' || i || '@demo.test',
               {first} || ' ' || {last}, '+49 30 ' || (1000000 + i), 'member',
               CASE WHEN i % 100 < 15 THEN 'pending' ELSE 'active' END, FALSE, '{now}', '{now}', '{now}'
             FROM n",
            now = now.naive(),
        )
    }

    /// The older 85 % are decided: 3 of 100 were asked for again, 12 rejected, 85 approved. Of the others
    /// 2 of 100 are claimed and the rest wait.
    fn cases(&self, c: &Connection) -> String {
        let Self { cases, organization, reviewer, now } = self;
        let seconds = now.utc().timestamp();
        let submitted = at(c, &format!("{seconds} - ({cases} - i) * {PACE}"));
        let due = at(c, &format!("{seconds} - ({cases} - i) * {PACE} + 86400"));
        let decided = at(c, &format!("{seconds} - ({cases} - i) * {PACE} + 7200"));
        let end = at(c, &format!("{seconds} + 86400"));
        let kind = pick(&["passport", "national_id", "driving_licence", "residence_permit"], "i % 4");
        let country = pick(&["DE", "FR", "GB", "IN", "BR", "JP", "NG", "US"], "i % 8");
        let (case, applicant) = (id("b", "i"), id("a", "i"));
        format!(
            "INSERT INTO verification_cases (id, organization_id, applicant_id, state, version, declared_kind,
               declared_number, declared_country, claimed_by, claim_expires_at, submitted_at, due_at,
               decided_by, decided_at, reason_code, created_at, updated_at)
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {cases}),
             s(i, state) AS (SELECT i, CASE
               WHEN i * 100 > {cases} * 85 THEN CASE WHEN i % 50 = 0 THEN 'claimed' ELSE 'waiting' END
               WHEN i % 100 < 3 THEN 'resubmission_asked'
               WHEN i % 100 < 15 THEN 'rejected'
               ELSE 'approved' END FROM n)
             SELECT {case}, '{organization}', {applicant}, state, CASE state WHEN 'waiting' THEN 1 ELSE 2 END,
               {kind}, 'C' || (1000000 + i), {country},
               CASE state WHEN 'claimed' THEN '{reviewer}' END, CASE state WHEN 'claimed' THEN {end} END,
               {submitted}, {due},
               CASE WHEN state IN ('waiting', 'claimed') THEN NULL ELSE '{reviewer}' END,
               CASE WHEN state IN ('waiting', 'claimed') THEN NULL ELSE {decided} END,
               CASE state WHEN 'rejected' THEN 'unreadable' END, {submitted}, {submitted}
             FROM s"
        )
    }
}

/// One to three documents for each case.
fn documents() -> String {
    let place = "CAST(substr(c.id, 25) AS INTEGER)";
    let document = "'0190000d-0000-7000-' || (8000 + p.position) || substr(c.id, 24)";
    format!(
        "INSERT INTO documents (id, organization_id, case_id, user_id, kind, state, position, file_name,
           content_type, size, sha256, original_file, rendition_file, rendition_type, sealed_key, created_at)
         WITH p(position, kind) AS (VALUES (0, 'passport'), (1, 'proof_of_address'), (2, 'other'))
         SELECT {document}, c.organization_id, c.id, c.applicant_id, p.kind,
           CASE c.state WHEN 'approved' THEN 'approved' WHEN 'rejected' THEN 'rejected' ELSE 'pending' END,
           p.position, 'scan-' || p.position || '.jpg', 'image/jpeg', 1500000, substr(c.id, 25) || p.position,
           'aaaaaaaaaaaaaaaaaaa' || p.position || substr(c.id, 25),
           'bbbbbbbbbbbbbbbbbbb' || p.position || substr(c.id, 25), 'image/jpeg', 'not sealed', c.created_at
         FROM verification_cases c JOIN p ON p.position <= {place} % 3"
    )
}

/// What happened to each case: handed in, taken up, each document opened, decided.
fn entries() -> String {
    let columns = "id, organization_id, at, actor_kind, actor_id, actor_name, action, target_kind, target_id";
    let entry = |digit: char| format!("'0190000{digit}-0000-7000-8000' || substr(c.id, 24)");
    let (opened, claimed, decided) = (entry('1'), entry('2'), entry('3'));
    format!(
        "INSERT INTO audit_entries ({columns})
         SELECT {opened}, organization_id, submitted_at, 'visitor', NULL, 'Visitor', 'verification.opened',
           'verification', id FROM verification_cases c;
         INSERT INTO audit_entries ({columns})
         SELECT {claimed}, organization_id, submitted_at, 'user', COALESCE(claimed_by, decided_by),
           'Grace Hopper', 'verification.claimed', 'verification', id
         FROM verification_cases c WHERE state <> 'waiting';
         INSERT INTO audit_entries ({columns})
         SELECT {decided}, organization_id, decided_at, 'user', decided_by, 'Grace Hopper',
           'verification.' || state, 'verification', id
         FROM verification_cases c WHERE decided_at IS NOT NULL;
         INSERT INTO audit_entries ({columns})
         SELECT '0190000e' || substr(d.id, 9), d.organization_id, d.created_at, 'user', c.claimed_by,
           'Grace Hopper', 'document.opened', 'document', d.id
         FROM documents d JOIN verification_cases c ON c.id = d.case_id WHERE c.state <> 'waiting'"
    )
}

/// A UUID that ends in the number.
fn id(digit: &str, number: &str) -> String {
    format!("'0190000{digit}-0000-7000-8000-' || substr(CAST(1000000000000 + {number} AS TEXT), 2)")
}

fn pick(from: &[&str], index: &str) -> String {
    let cases: Vec<String> =
        from.iter().enumerate().map(|(place, text)| format!("WHEN {place} THEN '{text}'")).collect();
    format!("CASE {index} {} END", cases.join(" "))
}

/// The moment so many seconds after the start of 1970, as both engines keep it.
fn at(c: &Connection, seconds: &str) -> String {
    if c.is_postgres() {
        format!("(to_timestamp({seconds}) AT TIME ZONE 'UTC')")
    } else {
        format!("strftime('%Y-%m-%d %H:%M:%S', {seconds}, 'unixepoch')")
    }
}

/// What the engine does by itself after a while, done at once. SQLite never looks at the sizes of its tables.
fn settle(c: &Connection) -> &'static str {
    if c.is_postgres() { "ANALYZE" } else { "PRAGMA wal_checkpoint(TRUNCATE)" }
}
