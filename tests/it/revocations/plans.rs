//! The lists of sessions read ranges of indexes, however many sessions there are.

use diesel::prelude::*;
use frontdesk::access::{Role, SessionId, UserId};
use frontdesk::revocations::{After, Reason, Scope, Selection, store, terminal};
use frontdesk::sessions::filter::{Filter, network};
use frontdesk::sessions::listing::{self, State, View};
use frontdesk::web::pager::{Cursor, Place};

use super::support::filled;
use crate::harness::{Engine, TestApp, both_engines, plan, statements};

both_engines!(every_list_reads_a_range_of_its_index, a_revocation_walks_along_an_index);

/// 20,000 sessions, of which most have ended.
async fn fill(app: &TestApp) {
    filled(app, 2_000, 10).await;
    for statement in ["UPDATE sessions SET ended_at = created_at WHERE ip <> '10.0.0.1'", "ANALYZE"] {
        app.db.write(move |c| diesel::sql_query(statement).execute(c)).await.unwrap();
    }
}

async fn every_list_reads_a_range_of_its_index(engine: Engine) {
    let app = TestApp::start(engine, &[]).await;
    fill(&app).await;
    let user = frontdesk::access::UserId::parse("00000000-0000-7000-8000-100000000007");
    let lists = [
        ((State::Open, Filter::default()), "sessions_open_by_time"),
        ((State::Expired, Filter::default()), "sessions_open_by_time"),
        ((State::Ended, Filter::default()), "sessions_ended"),
        ((State::All, Filter::default()), "sessions_by_time"),
        ((State::All, Filter { ip_range: network("10.0.0.3"), ..Filter::default() }), "sessions_by_address"),
        ((State::All, Filter { user, ..Filter::default() }), "sessions_by_user"),
    ];
    let (organization, now) = (app.organization().await, app.clock.now());
    for ((state, filter), index) in lists {
        let view = View { organization: organization.clone(), state, filter, now };
        app.read(move |c| {
            let later = Cursor::new(now, "00000000-0000-7005-9000-100000000007");
            for cursor in [None, Some(later)] {
                let place = Place { cursor, ..Place::default() };
                for list in statements(c, |c| drop(listing::page(c, &view, &place, 50))) {
                    let plan = plan(c, engine, &list);
                    assert!(plan.contains(index), "{}: {plan}", view.state);
                    assert!(
                        !plan.contains("TEMP B-TREE") && !plan.contains("Sort"),
                        "{} sorts: {plan}",
                        view.state
                    );
                    assert!(!plan.contains("SCAN sessions\n"), "{} reads all: {plan}", view.state);
                }
            }
            Ok(())
        })
        .await;
    }
}

async fn a_revocation_walks_along_an_index(engine: Engine) {
    let app = TestApp::start(engine, &[]).await;
    filled(&app, 2_000, 10).await;
    let (organization, now) = (app.organization().await, app.clock.now());
    let reason = Reason::parse("x").unwrap();
    let selections = [
        Selection::new(Scope::Filter, Filter { role: Some(Role::Member), ..Filter::default() }),
        Selection { scope: Scope::Users, filter: Filter::default(), list: Some("0".repeat(64)) },
    ];
    let (user, session) = ("00000000-0000-7000-8000-100000000007", "00000000-0000-7105-9000-100000000007");
    let place =
        After { line: 7, user: UserId::parse(user).unwrap(), session: SessionId::parse(session).unwrap() };
    for selection in selections {
        let run = terminal::open(&app, &organization, &selection, &reason).await.unwrap().run;
        let lines = (1..=500).map(|line| (line, format!("m{line}@many.test"))).collect();
        if run.listed {
            assert!(terminal::keep_lines(&app, &run, lines).await.unwrap());
        }
        app.db.write(|c| diesel::sql_query("ANALYZE").execute(c)).await.unwrap();
        let place = place.clone();
        app.read(move |c| {
            for after in [None, Some(&place)] {
                let walk = |c: &mut _| drop(store::targets(c, &run, &selection.filter, after, now, 50));
                for walk in statements(c, walk) {
                    let plan = plan(c, engine, &walk);
                    let indexes: &[&str] = match (engine, run.listed) {
                        (_, true) => &["revocation_lines"],
                        (Engine::Sqlite, false) => &["sessions_open_by_user"],
                        // With either index the next page begins where the last one ended.
                        (Engine::Postgres, false) => &["sessions_open_by_user", "sessions_by_user"],
                    };
                    assert!(indexes.iter().any(|index| plan.contains(index)), "{plan}");
                    // A list is sorted within its line at most, and is as long as the list.
                    let all: &[&str] = match (engine, run.listed) {
                        (Engine::Sqlite, true) => &["SCAN sessions\n"],
                        (Engine::Sqlite, false) => &["SCAN sessions\n", "TEMP B-TREE"],
                        (Engine::Postgres, true) => &["Seq Scan on sessions"],
                        (Engine::Postgres, false) => &["Seq Scan on sessions", "->  Sort"],
                    };
                    assert!(!all.iter().any(|all| plan.contains(all)), "reads all: {plan}");
                }
            }
            Ok(())
        })
        .await;
    }
}
