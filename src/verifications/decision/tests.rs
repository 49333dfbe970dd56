use super::*;
use crate::verifications::model::tests::{documents, waiting};

fn decision(verdict: Verdict) -> Decision {
    Decision { verdict, reason: None, message: None, findings: Vec::new(), version: 1 }
}

fn found(document: &Document, verdict: Verdict, reason: Option<ReasonCode>) -> Finding {
    Finding { document: document.id.clone(), verdict, reason }
}

fn pending(number: usize) -> Vec<Document> {
    documents(&waiting(), &vec![DocumentState::Pending; number])
}

fn states(outcome: &Outcome) -> Vec<DocumentState> {
    outcome.rulings.iter().map(|ruling| ruling.state).collect()
}

/// The fields a decision is refused for.
fn fields(refused: Result<Outcome, Refusal>) -> Vec<String> {
    match refused {
        Err(Refusal::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_approval_approves_every_document_and_keeps_no_reason() {
    let sent = Decision {
        reason: Some(ReasonCode::Expired),
        message: Some("never mind".into()),
        ..decision(Verdict::Approve)
    };
    let outcome = sent.judge(&pending(2)).unwrap();
    assert_eq!(states(&outcome), [DocumentState::Approved; 2]);
    assert_eq!((outcome.reason, outcome.public_text(true)), (None, None));
}

#[test]
fn documents_that_were_replaced_take_no_part() {
    let documents = documents(&waiting(), &[DocumentState::Replaced, DocumentState::Pending]);
    let outcome = decision(Verdict::Approve).judge(&documents).unwrap();
    assert_eq!(outcome.rulings.len(), 1);
    assert_eq!(outcome.rulings[0].document, documents[1].id);
}

#[test]
fn without_documents_nothing_is_approved_or_asked_for_again_and_a_rejection_stays_possible() {
    let gone = documents(&waiting(), &[DocumentState::Replaced]);
    for documents in [&[][..], &gone] {
        assert_eq!(decision(Verdict::Approve).judge(documents), Err(Refusal::NoDocuments));
        assert_eq!(decision(Verdict::Resubmit).judge(documents), Err(Refusal::NoDocuments));
        let rejection = Decision { reason: Some(ReasonCode::Incomplete), ..decision(Verdict::Reject) };
        assert!(rejection.judge(documents).is_ok());
    }
}

#[test]
fn an_approval_beside_a_refused_document_contradicts_itself() {
    let documents = pending(2);
    for verdict in [Verdict::Reject, Verdict::Resubmit] {
        let findings = vec![found(&documents[0], verdict, Some(ReasonCode::Expired))];
        let sent = Decision { findings, ..decision(Verdict::Approve) };
        assert_eq!(fields(sent.judge(&documents)), ["documents"]);
    }
}

#[test]
fn a_rejection_needs_a_reason_and_gives_it_to_every_document() {
    let documents = pending(2);
    assert_eq!(fields(decision(Verdict::Reject).judge(&documents)), ["reason_code"]);
    let sent = Decision { reason: Some(ReasonCode::Expired), ..decision(Verdict::Reject) };
    let outcome = sent.judge(&documents).unwrap();
    assert_eq!(states(&outcome), [DocumentState::Rejected; 2]);
    assert!(outcome.rulings.iter().all(|ruling| ruling.reason == Some(ReasonCode::Expired)));
    assert_eq!(outcome.public_text(true).unwrap(), "The document has expired. Send one that is still valid.");
    assert_eq!(outcome.public_text(false).unwrap(), "The document has expired.");
}

#[test]
fn another_reason_has_to_be_written_and_words_alone_are_one() {
    let documents = pending(1);
    let other = Decision { reason: Some(ReasonCode::Other), ..decision(Verdict::Reject) };
    assert_eq!(fields(other.judge(&documents)), ["message"]);
    let words = Decision { message: Some("The seal is missing.".into()), ..decision(Verdict::Reject) };
    let outcome = words.judge(&documents).unwrap();
    assert_eq!(outcome.reason, Some(ReasonCode::Other));
    assert_eq!(outcome.public_text(true).unwrap(), "The seal is missing.");
}

#[test]
fn a_document_found_good_stays_so_when_the_case_is_rejected() {
    let documents = pending(2);
    let sent = Decision {
        reason: Some(ReasonCode::SuspectedForgery),
        findings: vec![found(&documents[0], Verdict::Approve, None)],
        ..decision(Verdict::Reject)
    };
    let outcome = sent.judge(&documents).unwrap();
    assert_eq!(states(&outcome), [DocumentState::Approved, DocumentState::Rejected]);
}

#[test]
fn asking_again_asks_for_what_was_named_and_leaves_the_rest_open() {
    let documents = pending(3);
    let sent = Decision {
        findings: vec![
            found(&documents[0], Verdict::Approve, None),
            found(&documents[1], Verdict::Resubmit, Some(ReasonCode::Unreadable)),
        ],
        ..decision(Verdict::Resubmit)
    };
    let outcome = sent.judge(&documents).unwrap();
    assert_eq!(states(&outcome), [DocumentState::Approved, DocumentState::AskedAgain]);
    assert_eq!(outcome.rulings[1].reason, Some(ReasonCode::Unreadable));
}

#[test]
fn asking_again_without_names_asks_for_all_that_was_not_accepted() {
    let documents = documents(&waiting(), &[DocumentState::Approved, DocumentState::Pending]);
    let sent = Decision { reason: Some(ReasonCode::Incomplete), ..decision(Verdict::Resubmit) };
    let outcome = sent.judge(&documents).unwrap();
    assert_eq!(outcome.rulings.len(), 1);
    assert_eq!(outcome.rulings[0].document, documents[1].id);
}

#[test]
fn asking_again_for_nothing_or_without_saying_why_is_refused() {
    let documents = pending(1);
    assert_eq!(fields(decision(Verdict::Resubmit).judge(&documents)), ["reason_code"]);
    let accepted = Decision {
        findings: vec![found(&documents[0], Verdict::Approve, None)],
        ..decision(Verdict::Resubmit)
    };
    assert_eq!(fields(accepted.judge(&documents)), ["documents"]);
}

#[test]
fn a_document_of_another_case_or_named_twice_is_refused() {
    let documents = pending(2);
    let foreign = Decision {
        findings: vec![found(&documents[1], Verdict::Approve, None)],
        ..decision(Verdict::Approve)
    };
    assert_eq!(fields(foreign.judge(&documents[..1])), ["documents"]);
    let one = found(&documents[0], Verdict::Approve, None);
    let twice = Decision { findings: vec![one.clone(), one], ..decision(Verdict::Approve) };
    assert_eq!(fields(twice.judge(&documents)), ["documents"]);
}

#[test]
fn a_message_is_tidied_and_has_its_limit() {
    assert_eq!(tidy_message(" \r\n ").as_deref(), None);
    assert_eq!(tidy_message("  one\r\ntwo ").as_deref(), Some("one\ntwo"));
    let long = Decision { message: Some("x".repeat(MAX_MESSAGE + 1)), ..decision(Verdict::Reject) };
    assert_eq!(fields(long.judge(&pending(1))), ["message"]);
}
