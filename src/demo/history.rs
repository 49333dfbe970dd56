//! The audit entries of the last thirty days, as the acts themselves would have written them.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::clients::{self, Client};
use super::crew::{Crew, Member};
use super::plan::{Course, Verdict};
use super::resident::{Resident, case_state};
use crate::access::{Act, OrganizationId, Role, Who};
use crate::accounts::Status;
use crate::app::App;
use crate::audit::{self, Event, Target};
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::documents::Document;
use crate::error::AppError;
use crate::verifications::CaseState;

/// Staff signs in every morning of so many days.
const MORNINGS: i64 = 14;

/// An entry before it is written.
struct Entry {
    at: Timestamp,
    who: Who,
    client: Option<Client>,
    action: &'static str,
    target: (&'static str, String),
    before: Option<Value>,
    after: Option<Value>,
    reason: Option<String>,
}

impl Entry {
    fn new(at: Timestamp, who: Who, action: &'static str, target: (&'static str, String)) -> Self {
        Self { at, who, client: None, action, target, before: None, after: None, reason: None }
    }

    fn from(self, client: Client) -> Self {
        Self { client: Some(client), ..self }
    }

    fn change(self, before: impl Into<Option<Value>>, after: Value) -> Self {
        Self { before: before.into(), after: Some(after), ..self }
    }
}

/// Writes the entries in the order of their time, as the log itself grows.
pub fn write(
    c: &mut Connection,
    app: &App,
    organization: &OrganizationId,
    crew: &Crew,
    residents: &[(&Resident, &[Document])],
) -> Result<(), AppError> {
    let now = app.clock.now();
    let mut entries = staff(crew, now);
    for (resident, documents) in residents {
        entries.extend(registration(resident));
        entries.extend(review(resident, documents, crew));
        entries.extend(sign_in(resident, now));
    }
    entries.sort_by_key(|entry| entry.at);
    for entry in &entries {
        let act = Act {
            who: entry.who.clone(),
            at: entry.at,
            ip: entry.client.as_ref().map(|client| client.ip.clone()),
            user_agent: entry.client.as_ref().map(|client| client.user_agent.to_owned()),
            request_id: None,
        };
        let mut event = Event::new(organization, entry.action, Target(entry.target.0, &entry.target.1));
        event.before.clone_from(&entry.before);
        event.after.clone_from(&entry.after);
        audit::record(c, &app.random, &act, event.because(entry.reason.as_deref()))?;
    }
    Ok(())
}

fn staff(crew: &Crew, now: Timestamp) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (number, member) in (0_i64..).zip(crew.iter()) {
        let target = || ("user", member.id.to_string());
        let created = Entry::new(member.since, Who::Command, "user.created", target());
        let after = json!({ "role": member.staff.role, "status": Status::Active });
        entries.push(created.change(None, after));
        for morning in 1..=MORNINGS {
            let late = TimeDelta::minutes(17 * number + 13 * (morning % 5));
            let at = now.minus(TimeDelta::days(morning)).plus(late);
            let entry = Entry::new(at, member.who(), "session.started", target());
            entries.push(entry.from(clients::of(member.number)).change(None, json!({ "by": "browser" })));
        }
    }
    entries
}

fn registration(resident: &Resident) -> Vec<Entry> {
    let plan = &resident.plan;
    let user = || ("user", resident.id.to_string());
    let registered = Entry::new(plan.submitted_at, Who::Visitor, "user.registered", user());
    let submitted = Entry::new(
        plan.submitted_at,
        Who::Visitor,
        "verification.submitted",
        ("verification", resident.case.to_string()),
    );
    let kind = plan.papers.first().map(|paper| paper.kind);
    let mut entries = vec![
        registered
            .from(resident.client())
            .change(None, json!({ "status": Status::Pending, "role": Role::Member })),
        submitted.from(resident.client()).change(None, json!({ "state": CaseState::Waiting, "kind": kind })),
    ];
    if let Some(at) = plan.verified_at {
        entries.push(Entry::new(at, who(resident), "user.email_verified", user()).from(resident.client()));
    }
    entries
}

fn review(resident: &Resident, documents: &[Document], crew: &Crew) -> Vec<Entry> {
    let (by, claimed_at) = match resident.plan.course {
        Course::Waiting => return Vec::new(),
        Course::Claimed { by, at, .. } => (by, at),
        Course::Decided { by, claimed_at, .. } => (by, claimed_at),
    };
    let who = || crew.reviewer(by).map_or(Who::System, Member::who);
    let case = || ("verification", resident.case.to_string());
    let client = clients::of(crew.reviewer(by).map_or(0, |member| member.number));
    let claimed = Entry::new(claimed_at, who(), "verification.claimed", case())
        .change(json!({ "state": CaseState::Waiting }), json!({ "state": CaseState::Claimed }));
    let mut entries = vec![claimed];
    for (document, seconds) in documents.iter().zip((9..).step_by(27)) {
        let at = claimed_at.plus(TimeDelta::seconds(seconds));
        let target = ("document", document.id.to_string());
        let after = json!({ "case": resident.case, "kind": document.kind, "version": 2 });
        entries.push(Entry::new(at, who(), "document.opened", target).change(None, after));
    }
    if let Course::Decided { at, verdict, .. } = resident.plan.course {
        entries.push(decision(resident, documents, at, verdict, who()));
    }
    entries.into_iter().map(|entry| entry.from(client.clone())).collect()
}

fn decision(resident: &Resident, documents: &[Document], at: Timestamp, verdict: Verdict, who: Who) -> Entry {
    let action = match verdict {
        Verdict::Approved => "verification.approved",
        Verdict::Rejected(_) => "verification.rejected",
        Verdict::AskedAgain(_) => "verification.resubmission_asked",
    };
    let rulings: Vec<Value> = documents
        .iter()
        .map(|one| json!({ "id": one.id, "state": one.state, "reason": one.reason_code }))
        .collect();
    let mut after = json!({ "state": case_state(verdict), "documents": rulings });
    if let (Some(text), Value::Object(fields)) = (resident.public_text(), &mut after) {
        fields.insert("message".to_owned(), Value::from(text));
    }
    let target = ("verification", resident.case.to_string());
    let entry = Entry::new(at, who, action, target).change(json!({ "state": CaseState::Claimed }), after);
    Entry { reason: resident.reason().map(|reason| reason.as_str().to_owned()), ..entry }
}

fn sign_in(resident: &Resident, now: Timestamp) -> Option<Entry> {
    let at = resident.signed_in_at(now)?;
    let entry = Entry::new(at, who(resident), "session.started", ("user", resident.id.to_string()));
    Some(entry.from(resident.client()).change(None, json!({ "by": "browser" })))
}

fn who(resident: &Resident) -> Who {
    Who::User { id: resident.id.clone(), name: resident.plan.person.name.to_owned() }
}
