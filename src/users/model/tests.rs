//! The rules, each by example and all by chance.

use proptest::prelude::*;

use super::*;
use crate::ids::Random;

fn now() -> Timestamp {
    Timestamp::parse("2026-03-02T09:00:00Z").unwrap()
}

fn person(id: u64, role: Role, status: Status) -> Person {
    Person {
        id: UserId::new(&Random::seeded(id), now()),
        organization_id: OrganizationId::new(&Random::seeded(99), now()),
        email: EmailAddress::parse("ada@demo.test").unwrap(),
        name: DisplayName::parse("Ada Lovelace").unwrap(),
        phone: None,
        role,
        status,
        has_password: true,
        must_change_password: false,
        email_verified_at: None,
        document_verified_at: None,
        last_login_at: None,
        last_login_ip: None,
        last_login_agent: None,
        created_at: now(),
        mfa_since: None,
        password_changed_at: None,
        locked_until: None,
        erase_at: None,
        erased_at: None,
        banned_from: None,
    }
}

fn doer(id: u64, role: Role) -> Doer {
    Doer { id: UserId::new(&Random::seeded(id), now()), role, status: Status::Active }
}

fn ask(deed: Deed) -> Request<'static> {
    Request { deed, role: (deed == Deed::ChangeRole).then_some(Role::Analyst), seen: None }
}

#[test]
fn nobody_changes_their_own_role_or_status() {
    let own = person(1, Role::Admin, Status::Active);
    for deed in Deed::ALL.iter().copied().filter(|deed| !deed.is_ones_own()) {
        assert_eq!(judge(ask(deed), &doer(1, Role::Admin), &own, 5, now()), Err(Refusal::Own), "{deed}");
    }
    let member = person(1, Role::Member, Status::Active);
    assert_eq!(judge(ask(Deed::Erase), &doer(1, Role::Member), &member, 5, now()), Ok(Verdict::Do));
}

#[test]
fn operators_are_made_and_unmade_by_operators_only() {
    let (operator, admin) = (doer(1, Role::Operator), doer(2, Role::Admin));
    let member = person(3, Role::Member, Status::Active);
    let make = Request { role: Some(Role::Operator), ..ask(Deed::ChangeRole) };
    assert_eq!(judge(make, &admin, &member, 1, now()), Err(Refusal::OperatorsOnly));
    assert_eq!(judge(make, &operator, &member, 1, now()), Ok(Verdict::Do));
    let other = person(4, Role::Operator, Status::Active);
    for deed in Deed::ALL {
        assert_eq!(judge(ask(*deed), &admin, &other, 1, now()), Err(Refusal::OperatorsOnly), "{deed}");
    }
    assert_eq!(judge(ask(Deed::ChangeRole), &operator, &other, 1, now()), Ok(Verdict::Do));
    assert!(!roles_to_give(Role::Admin).any(|role| role == Role::Operator));
}

#[test]
fn the_last_administrator_stays() {
    let last = person(3, Role::Admin, Status::Active);
    let operator = Doer { status: Status::Active, ..doer(1, Role::Operator) };
    for deed in [Deed::Suspend, Deed::Ban, Deed::Erase, Deed::ChangeRole] {
        assert_eq!(judge(ask(deed), &operator, &last, 0, now()), Err(Refusal::LastAdministrator), "{deed}");
        assert_eq!(judge(ask(deed), &operator, &last, 1, now()), Ok(Verdict::Do), "{deed}");
    }
    let promote = Request { role: Some(Role::Operator), ..ask(Deed::ChangeRole) };
    assert_eq!(judge(promote, &operator, &last, 0, now()), Ok(Verdict::Do));
    let own = Doer { id: last.id.clone(), ..operator };
    assert_eq!(judge(ask(Deed::Erase), &own, &last, 0, now()), Err(Refusal::LastAdministrator));
}

#[test]
fn what_is_done_already_is_told_before_a_form_is_called_stale() {
    let admin = doer(1, Role::Admin);
    let suspended = person(2, Role::Member, Status::Suspended);
    let seen = person(2, Role::Member, Status::Active).state();
    let suspend = Request { seen: Some(&seen), ..ask(Deed::Suspend) };
    assert_eq!(judge(suspend, &admin, &suspended, 1, now()), Ok(Verdict::Already));
    let banned = person(2, Role::Member, Status::Banned);
    assert_eq!(judge(suspend, &admin, &banned, 1, now()), Err(Refusal::Stale));
    let blind = ask(Deed::Suspend);
    assert_eq!(judge(blind, &admin, &banned, 1, now()), Err(Refusal::NotNow(Status::Banned)));
}

#[test]
fn a_reset_is_asked_for_once_by_one_form() {
    let admin = doer(1, Role::Admin);
    let before = person(2, Role::Member, Status::Active);
    let after = Person { has_password: false, ..before.clone() };
    let (seen, later) = (before.state(), after.state());
    let reset = |seen| Request { seen, ..ask(Deed::ResetPassword) };
    assert_eq!(judge(reset(Some(&seen)), &admin, &before, 1, now()), Ok(Verdict::Do));
    assert_eq!(judge(reset(Some(&seen)), &admin, &after, 1, now()), Ok(Verdict::Already));
    assert_eq!(judge(reset(Some(&later)), &admin, &after, 1, now()), Ok(Verdict::Do));
    assert_eq!(judge(reset(None), &admin, &after, 1, now()), Ok(Verdict::Do));
}

#[test]
fn a_ban_is_taken_back_to_what_was_before() {
    for (before, open, after) in [
        (Some(Status::Suspended), false, Status::Suspended),
        (Some(Status::Pending), true, Status::Pending),
        (Some(Status::Pending), false, Status::Rejected),
        (Some(Status::Rejected), false, Status::Rejected),
        (None, false, Status::Active),
    ] {
        assert_eq!(after_ban(before, open), after);
    }
}

fn any_role() -> impl Strategy<Value = Role> {
    proptest::sample::select(Role::ALL)
}

fn any_status() -> impl Strategy<Value = Status> {
    proptest::sample::select(Status::ALL)
}

fn any_deed() -> impl Strategy<Value = Deed> {
    proptest::sample::select(Deed::ALL)
}

/// The person after a deed, as the actions leave them.
fn done(mut person: Person, deed: Deed, role: Role) -> Person {
    match deed {
        Deed::Suspend => person.status = Status::Suspended,
        Deed::Reinstate => person.status = Status::Active,
        Deed::Ban => (person.banned_from, person.status) = (Some(person.status), Status::Banned),
        Deed::Unban => person.status = after_ban(person.banned_from, false),
        Deed::ChangeRole => person.role = role,
        Deed::ResetPassword => person.has_password = false,
        Deed::VerifyAddress => person.email_verified_at = Some(now()),
        Deed::Unlock => person.locked_until = None,
        Deed::Erase => person.erase_at = Some(now().plus(GRACE)),
        Deed::KeepAccount => person.erase_at = None,
    }
    person
}

proptest! {
    #[test]
    fn whatever_is_asked_for_somebody_stays_to_manage_users_and_nobody_climbs_by_themselves(
        start in prop::collection::vec((any_role(), any_status()), 1..5),
        asked in prop::collection::vec((any_deed(), any_role(), 0_usize..5, 0_usize..5), 1..60),
    ) {
        let mut people = vec![person(1, Role::Operator, Status::Active)];
        people.extend((2..).zip(start).map(|(id, (role, status))| person(id, role, status)));
        for (deed, role, by, to) in asked {
            let (by, to) = (by % people.len(), to % people.len());
            let doer = Doer { id: people[by].id.clone(), role: people[by].role, status: people[by].status };
            let others = people.iter().enumerate().filter(|(at, one)| *at != to && one.is_standing_administrator());
            let others = i64::try_from(others.count()).unwrap();
            let request = Request { deed, role: (deed == Deed::ChangeRole).then_some(role), seen: None };
            if judge(request, &doer, &people[to], others, now()) != Ok(Verdict::Do) {
                continue;
            }
            let after = done(people[to].clone(), deed, role);
            if by == to {
                prop_assert_eq!((after.role, after.status), (doer.role, doer.status));
            } else {
                prop_assert!(manages(doer.role) && doer.status == Status::Active);
            }
            if (people[to].role == Role::Operator) != (after.role == Role::Operator) {
                prop_assert_eq!(doer.role, Role::Operator);
            }
            people[to] = after;
            prop_assert!(people.iter().any(Person::is_standing_administrator), "{} left nobody", deed);
        }
    }

    #[test]
    fn what_is_offered_can_be_done(doer_role in any_role(), role in any_role(), status in any_status()) {
        let (doer, person) = (doer(1, doer_role), person(2, role, status));
        for deed in open_deeds(&doer, &person, now()) {
            prop_assert!(manages(doer.role));
            prop_assert!(judge(ask(deed), &doer, &person, 1, now()).is_ok());
        }
    }
}
