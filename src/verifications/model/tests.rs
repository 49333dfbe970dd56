use proptest::prelude::*;

use super::*;
use crate::documents::files::StoredName;
use crate::documents::{ContentType, DocumentId, DocumentState, FileName};
use crate::ids::Random;
use crate::verifications::decision::Verdict;

const LIFE: TimeDelta = TimeDelta::minutes(15);

pub(in crate::verifications) fn at(minute: i64) -> Timestamp {
    Timestamp::parse("2026-03-02T09:00:00Z").unwrap().plus(TimeDelta::minutes(minute))
}

pub(in crate::verifications) fn person(number: u64) -> UserId {
    UserId::new(&Random::seeded(number), at(0))
}

pub(in crate::verifications) fn waiting() -> Case {
    let random = Random::seeded(100);
    Case {
        id: CaseId::new(&random, at(0)),
        organization_id: OrganizationId::new(&random, at(0)),
        applicant_id: person(0),
        state: CaseState::Waiting,
        version: 1,
        declared_kind: DocumentKind::Passport,
        declared_number: None,
        declared_country: None,
        declared_expiry: None,
        claimed_by: None,
        claim_expires_at: None,
        submitted_at: at(0),
        due_at: at(24 * 60),
        decided_by: None,
        decided_at: None,
        reason_code: None,
        message: None,
    }
}

pub(in crate::verifications) fn documents(case: &Case, states: &[DocumentState]) -> Vec<Document> {
    let random = Random::seeded(200);
    let document = |(position, state): (i64, &DocumentState)| Document {
        id: DocumentId::new(&random, at(0)),
        organization_id: case.organization_id.clone(),
        case_id: case.id.clone(),
        user_id: case.applicant_id.clone(),
        kind: DocumentKind::Passport,
        state: *state,
        position,
        file_name: FileName::parse("scan.png"),
        content_type: ContentType::Png,
        size: 10,
        pages: None,
        sha256: String::new(),
        original_file: StoredName::new(&random),
        rendition_file: None,
        rendition_type: None,
        sealed_key: String::new(),
        reason_code: None,
        reviewed_by: None,
        reviewed_at: None,
        created_at: at(0),
    };
    (0..).zip(states).map(document).collect()
}

fn approval(version: i64) -> Decision {
    Decision { verdict: Verdict::Approve, reason: None, message: None, findings: Vec::new(), version }
}

/// What the store writes for a claim.
fn taken(case: &Case, by: &UserId, until: Timestamp) -> Case {
    Case {
        state: CaseState::Claimed,
        version: case.version + 1,
        claimed_by: Some(by.clone()),
        claim_expires_at: Some(until),
        ..case.clone()
    }
}

#[test]
fn a_claim_lasts_its_life_and_then_counts_as_none() {
    let case = waiting();
    let claim = claim(&case, &person(1), at(0), LIFE).unwrap();
    assert_eq!(claim, Claim::Taken { until: at(15) });
    let case = taken(&case, &person(1), at(15));
    assert_eq!(case.state_at(at(14)), CaseState::Claimed);
    assert!(case.is_held_by(&person(1), at(14)));
    assert_eq!(case.state_at(at(15)), CaseState::Waiting);
    assert!(!case.is_held_by(&person(1), at(15)));
}

#[test]
fn a_case_that_is_held_is_refused_with_who_holds_it() {
    let case = taken(&waiting(), &person(1), at(15));
    let refusal = Refusal::Held { by: person(1), until: at(15) };
    assert_eq!(claim(&case, &person(2), at(5), LIFE), Err(refusal.clone()));
    assert_eq!(decide(&case, &[], &approval(2), &person(2), at(5)), Err(refusal));
    assert_eq!(release(&case, &person(2), at(5)), Err(Refusal::NotHeld));
    assert_eq!(claim(&case, &person(1), at(5), LIFE), Ok(Claim::Renewed { until: at(20) }));
    assert_eq!(claim(&case, &person(2), at(15), LIFE), Ok(Claim::Taken { until: at(30) }));
}

#[test]
fn nobody_claims_or_decides_their_own_case() {
    let case = waiting();
    let documents = documents(&case, &[DocumentState::Pending]);
    assert_eq!(claim(&case, &case.applicant_id, at(0), LIFE), Err(Refusal::OwnCase));
    assert_eq!(decide(&case, &documents, &approval(1), &case.applicant_id, at(0)), Err(Refusal::OwnCase));
}

#[test]
fn a_free_case_is_decided_without_a_claim_and_an_older_version_is_stale() {
    let case = waiting();
    let documents = documents(&case, &[DocumentState::Pending]);
    assert!(decide(&case, &documents, &approval(1), &person(1), at(0)).is_ok());
    assert_eq!(decide(&case, &documents, &approval(0), &person(1), at(0)), Err(Refusal::Stale));
}

#[test]
fn a_closed_case_is_neither_claimed_nor_decided_again() {
    for state in [CaseState::Approved, CaseState::Rejected, CaseState::ResubmissionAsked] {
        let case = Case { state, ..waiting() };
        let documents = documents(&case, &[DocumentState::Pending]);
        assert_eq!(claim(&case, &person(1), at(0), LIFE), Err(Refusal::Closed));
        assert_eq!(decide(&case, &documents, &approval(1), &person(1), at(0)), Err(Refusal::Closed));
        assert_eq!(renew(&case, &person(1), at(0), LIFE), Err(Refusal::NotHeld));
    }
}

#[test]
fn while_it_waits_only_the_holder_looks_into_a_case_and_afterwards_every_reviewer() {
    let case = waiting();
    assert!(!case.is_open_to(&person(1), at(0)));
    let claimed = taken(&case, &person(1), at(15));
    assert!(claimed.is_open_to(&person(1), at(0)));
    assert!(!claimed.is_open_to(&person(2), at(0)));
    let decided = Case { state: CaseState::Rejected, ..case };
    assert!(decided.is_open_to(&person(2), at(0)));
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Claim(u64),
    Renew(u64),
    Release(u64),
    /// With the version the reviewer saw so many transitions ago.
    Decide(u64, i64),
    /// What the job writes down.
    Expire,
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0_u64..4;
    prop_oneof![
        who.clone().prop_map(Step::Claim),
        who.clone().prop_map(Step::Renew),
        who.clone().prop_map(Step::Release),
        (who, 0_i64..3).prop_map(|(who, age)| Step::Decide(who, age)),
        Just(Step::Expire),
        (0_i64..20).prop_map(Step::Wait),
    ]
}

proptest! {
    /// Reviewer 0 is the applicant.
    #[test]
    fn whatever_reviewers_do_one_holds_a_case_and_one_decides_it_once(steps in prop::collection::vec(step(), 1..40)) {
        let mut case = waiting();
        let documents = documents(&case, &[DocumentState::Pending]);
        let (mut now, mut decisions) = (0, 0);
        for step in steps {
            let before = case.clone();
            let held_by = case.holder(at(now)).map(|(by, _)| by.clone());
            match step {
                Step::Wait(minutes) => now += minutes,
                Step::Claim(who) => match claim(&case, &person(who), at(now), LIFE) {
                    Ok(Claim::Taken { until }) => {
                        prop_assert!(held_by.is_none());
                        prop_assert!(case.state.is_open());
                        case = taken(&case, &person(who), until);
                    }
                    Ok(Claim::Renewed { until }) => {
                        prop_assert_eq!(held_by, Some(person(who)));
                        case.claim_expires_at = Some(until);
                    }
                    Err(_) => {}
                },
                Step::Renew(who) => if let Ok(until) = renew(&case, &person(who), at(now), LIFE) {
                    prop_assert_eq!(held_by, Some(person(who)));
                    case.claim_expires_at = Some(until);
                },
                Step::Release(who) => if release(&case, &person(who), at(now)).is_ok() {
                    prop_assert_eq!(held_by, Some(person(who)));
                    case = Case { state: CaseState::Waiting, version: case.version + 1, claimed_by: None, claim_expires_at: None, ..case };
                },
                Step::Decide(who, age) => {
                    let decision = approval(case.version - age);
                    if let Ok(outcome) = decide(&case, &documents, &decision, &person(who), at(now)) {
                        prop_assert_eq!(age, 0);
                        prop_assert!(held_by.is_none_or(|by| by == person(who)));
                        decisions += 1;
                        case = Case { state: outcome.state(), version: case.version + 1, decided_by: Some(person(who)), claimed_by: None, claim_expires_at: None, ..case };
                    }
                }
                Step::Expire => if case.state == CaseState::Claimed && case.holder(at(now)).is_none() {
                    let open = case.state_at(at(now));
                    case = Case { state: CaseState::Waiting, claimed_by: None, claim_expires_at: None, ..case };
                    prop_assert_eq!(open, case.state_at(at(now)));
                },
            }
            prop_assert!(case.version >= before.version);
            prop_assert_ne!(case.claimed_by.as_ref(), Some(&case.applicant_id));
            prop_assert_ne!(case.decided_by.as_ref(), Some(&case.applicant_id));
            prop_assert!(decisions <= 1);
        }
    }
}
