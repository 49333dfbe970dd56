//! Two administrators at once.

use frontdesk::access::{Act, Actor, Means, Role, SessionId};
use frontdesk::accounts::Status;
use frontdesk::users::{Deed, Order, Refusal, actions};

use super::support::{REASON, set, somebody, user};
use crate::harness::{Person, TestApp, both_engines};

both_engines!(of_two_administrators_who_unmake_each_other_at_once_one_stays);

const ROUNDS: usize = 200;

fn actor(app: &TestApp, person: &Person) -> Actor {
    Actor {
        user: person.id.clone(),
        organization: person.organization.clone(),
        organization_name: String::new(),
        session: SessionId::new(&app.random, app.clock.now()),
        role: Role::Admin,
        name: person.name.clone(),
        email: person.email.clone(),
        means: Means::Cookie,
        key: None,
        must_change_password: false,
        must_enrol: false,
        factor_at: None,
    }
}

async fn of_two_administrators_who_unmake_each_other_at_once_one_stays(app: TestApp) {
    let (one, other) = (somebody(&app, Role::Admin).await, somebody(&app, Role::Admin).await);
    let (first, second) = (actor(&app, &one), actor(&app, &other));
    let act = Act::by_system(app.clock.now());
    let (mut first_won, mut second_won) = (0, 0);
    for round in 0..ROUNDS {
        let deed = [Deed::ChangeRole, Deed::Suspend, Deed::Ban, Deed::Erase][round % 4];
        let order = || {
            let order = Order::new(deed).because(Some(REASON));
            Order { role: (deed == Deed::ChangeRole).then_some(Role::Member), ..order }
        };
        let (a, b) = tokio::join!(
            actions::carry_out(&app, &act, &first, &other.id, order()),
            actions::carry_out(&app, &act, &second, &one.id, order()),
        );
        let (a, b) = (a.unwrap(), b.unwrap());
        match (&a, &b) {
            (Ok(_), Err(refusal)) => {
                assert!(matches!(refusal, Refusal::NotPermitted | Refusal::LastAdministrator), "{refusal:?}");
                first_won += 1;
            }
            (Err(refusal), Ok(_)) => {
                assert!(matches!(refusal, Refusal::NotPermitted | Refusal::LastAdministrator), "{refusal:?}");
                second_won += 1;
            }
            both => panic!("round {round}, {deed}: {both:?}"),
        }
        let (one_now, other_now) = (user(&app, &one).await, user(&app, &other).await);
        let staying =
            [&one_now, &other_now].into_iter().filter(|one| one.is_standing_administrator()).count();
        assert_eq!(staying, 1, "round {round}, {deed}: {one_now:?} {other_now:?}");
        for person in [&one, &other] {
            set(&app, &person.id, "role = 'admin', status = 'active', erase_at = NULL, banned_from = NULL")
                .await;
        }
        assert_eq!(user(&app, &one).await.status, Status::Active);
    }
    eprintln!("{first_won} to {second_won} of {ROUNDS}");
}
