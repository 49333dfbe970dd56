//! The lists read ranges of indexes, however many cases there are.

use diesel::prelude::*;
use frontdesk::access::UserId;
use frontdesk::verifications::search::Search;
use frontdesk::verifications::store::queue::{self, COUNTED, Tab, View};
use frontdesk::web::pager::Place;

use super::support::applicant;
use crate::harness::{Engine, TestApp, both_engines, plan, statements};

both_engines!(every_list_reads_a_range_of_its_index, the_figures_stop_counting_where_it_would_take_long,);

/// Enough that no engine prefers to read it all.
const CASES: u32 = 20_000;

/// Fills the queue: a fifth of the cases in each state.
async fn fill(app: &TestApp) -> View {
    let ada = applicant(app, "Ada Lovelace").await;
    let organization = ada.organization.clone();
    let fill = format!(
        "INSERT INTO users (id, organization_id, email, email_key, name, role, status, must_change_password,
             created_at, updated_at)
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {CASES})
         SELECT '00000000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT), organization_id,
             'a' || CAST(i AS TEXT) || '@demo.test', 'a' || CAST(i AS TEXT) || '@demo.test', 'Applicant', role,
             status, must_change_password, created_at, updated_at
         FROM n, users WHERE users.id = '{}'",
        ada.id
    );
    let cases = format!(
        "INSERT INTO verification_cases (id, organization_id, applicant_id, state, version, declared_kind,
             submitted_at, due_at, decided_at, claimed_by, claim_expires_at, created_at, updated_at)
         SELECT users.id, users.organization_id, users.id,
             CASE CAST(substr(users.id, 36) AS INTEGER) % 5 WHEN 0 THEN 'waiting' WHEN 1 THEN 'claimed'
                 WHEN 2 THEN 'approved' WHEN 3 THEN 'rejected' ELSE 'resubmission_asked' END,
             1, 'passport', submitted_at, due_at, submitted_at, applicant_id, due_at, submitted_at, submitted_at
         FROM users, verification_cases
         WHERE verification_cases.id = '{}' AND users.name = 'Applicant'",
        ada.case
    );
    for statement in [fill, cases, "ANALYZE".to_owned()] {
        app.db.write(move |c| diesel::sql_query(statement).execute(c)).await.unwrap();
    }
    View {
        organization,
        reviewer: UserId::new(&app.random, app.clock.now()),
        tab: Tab::Waiting,
        search: Search::default(),
        now: app.clock.now(),
    }
}

async fn every_list_reads_a_range_of_its_index(engine: Engine) {
    let app = TestApp::start(engine, &[]).await;
    let view = fill(&app).await;
    for tab in Tab::ALL {
        let view = View { tab: *tab, ..view.clone() };
        let index = match tab {
            Tab::All => "verification_cases_by_time",
            Tab::Approved | Tab::Rejected | Tab::ResubmissionAsked => "verification_cases_by_decision",
            Tab::Waiting | Tab::Mine | Tab::Claimed => "verification_cases_queue",
        };
        app.read(move |c| {
            let first = queue::page(c, &view, &Place::default(), 50)?;
            let after = first.next.clone().map(|cursor| Place { cursor: Some(cursor), ..Place::default() });
            for place in [Some(Place::default()), after].into_iter().flatten() {
                let lists = statements(c, |c| drop(queue::page(c, &view, &place, 50)));
                assert!(!lists.is_empty());
                for list in lists {
                    let plan = plan(c, engine, &list);
                    assert!(plan.contains(index), "{tab}: {plan}");
                    assert!(!plan.contains("TEMP B-TREE") && !plan.contains("Sort"), "{tab} sorts: {plan}");
                    assert!(!plan.contains("SCAN verification_cases"), "{tab} reads all: {plan}");
                }
            }
            Ok(())
        })
        .await;
    }
}

async fn the_figures_stop_counting_where_it_would_take_long(app: TestApp) {
    let view = fill(&app).await;
    let figures = app.read(move |c| queue::figures(c, &view.organization, &view.reviewer, view.now)).await;
    assert_eq!((figures.waiting, figures.approved, figures.mine), (COUNTED + 1, COUNTED + 1, 0));
    let page = app.reviewer().await.get("/verifications").await;
    assert_eq!(
        page.texts(".tabs a"),
        ["Waiting", "Mine 0", "Claimed", "Asked again", "Approved", "Rejected", "All"]
    );
}

/// SQLite without statistics took the index by time for its order, and read the whole log for it.
mod the_history_of_documents_is_found_by_its_targets {
    use frontdesk::audit;

    use super::{Engine, TestApp, plan, statements};

    #[tokio::test]
    async fn sqlite() {
        let app = TestApp::start(Engine::Sqlite, &[]).await;
        let organization = app.organization().await;
        let mut c = app.db.unpooled().unwrap();
        let asked = statements(&mut c, |c| {
            audit::for_targets(c, &organization, "document", &["1", "2"]).unwrap();
        });
        let plan = plan(&mut c, Engine::Sqlite, &asked[0]);
        assert!(plan.contains("audit_entries_by_target"), "{plan}");
    }
}
