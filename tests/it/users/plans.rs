//! The lists read ranges of indexes, however many users there are.

use diesel::prelude::*;
use frontdesk::access::Role;
use frontdesk::audit::{self, Target};
use frontdesk::users::search::Search;
use frontdesk::users::store::erasure;
use frontdesk::users::store::figures::{COUNTED, figures};
use frontdesk::users::store::list::{self, Tab, View};
use frontdesk::web::pager::Place;

use super::support::somebody;
use crate::harness::{Engine, TestApp, both_engines, plan, statements};

both_engines!(
    every_list_reads_a_range_of_its_index,
    a_page_of_a_hundred_thousand_users_is_whole_anywhere_and_figures_are_bounded,
    the_history_of_a_person_and_what_is_to_erase_are_found_by_their_index,
);

/// Fills an organization: a tenth in each other status, a twentieth of the rest staff, some locked.
async fn fill(app: &TestApp, users: u32) -> View {
    let ada = somebody(app, Role::Member).await;
    let fill = format!(
        "INSERT INTO users (id, organization_id, email, email_key, name, phone, role, status,
             must_change_password, created_at, updated_at, locked_until, last_login_ip)
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {users})
         SELECT '00000000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT), organization_id,
             'a' || CAST(i AS TEXT) || '@demo.test', 'a' || CAST(i AS TEXT) || '@demo.test',
             'Person number ' || CAST(i AS TEXT), '+44 20 ' || CAST(i AS TEXT),
             CASE WHEN i % 20 = 0 THEN 'support' ELSE role END,
             CASE i % 10 WHEN 1 THEN 'pending' WHEN 2 THEN 'suspended' WHEN 3 THEN 'banned'
                 WHEN 4 THEN 'rejected' ELSE status END,
             must_change_password, created_at, updated_at,
             CASE WHEN i % 50 = 0 THEN TIMESTAMP '2027-01-01 00:00:00' END, '192.0.2.' || CAST(i % 250 AS TEXT)
         FROM n, users WHERE users.id = '{}'",
        ada.id
    );
    let postgres = app.read(|c| Ok(c.is_postgres())).await;
    let fill = if postgres { fill } else { fill.replace("TIMESTAMP '", "'") };
    for statement in [fill, "ANALYZE".to_owned()] {
        app.db.write(move |c| diesel::sql_query(statement).execute(c)).await.unwrap();
    }
    View { organization: ada.organization, tab: Tab::All, search: Search::default(), now: app.clock.now() }
}

async fn every_list_reads_a_range_of_its_index(engine: Engine) {
    let app = TestApp::start(engine, &[]).await;
    let view = fill(&app, 20_000).await;
    let mut lists: Vec<(View, &str)> = Vec::new();
    for tab in Tab::ALL {
        let index = match tab {
            Tab::All => "users_by_organization",
            Tab::Locked => "users_by_lock",
            _ => "users_by_status",
        };
        lists.push((View { tab: *tab, ..view.clone() }, index));
    }
    let support = Search::parse("role:support");
    lists.push((View { search: support, ..view.clone() }, "users_by_role"));
    for (view, index) in lists {
        app.read(move |c| {
            let first = list::page(c, &view, &Place::default(), 50)?;
            let after = first.next.clone().map(|cursor| Place { cursor: Some(cursor), ..Place::default() });
            assert!(after.is_some(), "{view:?}");
            for place in [Some(Place::default()), after].into_iter().flatten() {
                for list in statements(c, |c| drop(list::page(c, &view, &place, 50))) {
                    let plan = plan(c, engine, &list);
                    assert!(plan.contains(index), "{:?}: {plan}", view.tab);
                    assert!(
                        !plan.contains("TEMP B-TREE") && !plan.contains("Sort"),
                        "{:?}: {plan}",
                        view.tab
                    );
                    assert!(
                        !plan.contains("SCAN users") && !plan.contains("Seq Scan"),
                        "{:?}: {plan}",
                        view.tab
                    );
                }
            }
            Ok(())
        })
        .await;
    }
}

async fn a_page_of_a_hundred_thousand_users_is_whole_anywhere_and_figures_are_bounded(app: TestApp) {
    let view = fill(&app, 100_000).await;
    let deep = view.clone();
    let deep = app
        .read(move |c| {
            // All were created at once: the id alone says where in the list a row is.
            let first = list::page(c, &deep, &Place::default(), 1)?;
            let mut cursor = first.next.unwrap();
            "00000000-0000-7000-8000-100000050000".clone_into(&mut cursor.id);
            Ok(Place { cursor: Some(cursor), ..Place::default() })
        })
        .await;
    let counted = view.clone();
    let figures = app.read(move |c| figures(c, &counted.organization, counted.now)).await;
    assert_eq!((figures.of(Tab::All), figures.of(Tab::Locked)), (None, Some(2_000)));
    assert!(figures.of(Tab::Pending).is_some_and(|figure| i64::try_from(figure).unwrap() <= COUNTED));
    for tab in Tab::ALL {
        for place in [Place::default(), deep.clone()] {
            let view = View { tab: *tab, ..view.clone() };
            // Locked people are ordered by the ends of their locks: a moment of creation is a place beyond them all.
            let nowhere = *tab == Tab::Locked && place.cursor.is_some();
            let page = app.read(move |c| list::page(c, &view, &place, 50)).await;
            assert_eq!(page.items.len(), if nowhere { 0 } else { 50 }, "{tab}");
        }
    }
    let search = View { search: Search::parse("nobody-of-that-name"), ..view };
    assert!(app.read(move |c| list::page(c, &search, &Place::default(), 50)).await.items.is_empty());
}

async fn the_history_of_a_person_and_what_is_to_erase_are_found_by_their_index(engine: Engine) {
    let app = TestApp::start(engine, &[]).await;
    let view = fill(&app, 20_000).await;
    app.read(move |c| {
        let history = statements(c, |c| drop(audit::latest_for(c, Target("user", "1"), 51)));
        let due = statements(c, |c| drop(erasure::due(c, view.now, 500)));
        let unfinished = statements(c, |c| drop(erasure::unfinished(c, 500)));
        for (list, index) in [
            (history, "audit_entries_by_target"),
            (due, "users_by_erasure"),
            (unfinished, "users_by_erasure"),
        ] {
            let plan = plan(c, engine, &list[0]);
            // An empty table is read whole by one engine, whatever indexes it has.
            assert!(
                plan.contains(index) || (engine == Engine::Postgres && index.starts_with("audit")),
                "{plan}"
            );
        }
        Ok(())
    })
    .await;
}
