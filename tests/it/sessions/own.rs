//! One's own sessions, and what ends all others: only what is open counts, and it says who did it.

use chrono::TimeDelta;
use diesel::prelude::*;
use frontdesk::access::{Act, Role, UserId};
use frontdesk::db::schema::sessions;
use frontdesk::paths;
use frontdesk::sessions::store;
use serde_json::Value;

use crate::harness::{Engine, Person, TestApp, both_engines, statements};
use crate::revocations::support::{Program, filled, sessions_of, sql};
use crate::users::support::heard;
use crate::verifications::support::{applicant, reviewer_with};

both_engines!(
    ones_own_sessions_are_listed_page_by_page,
    ending_the_others_ends_and_counts_only_what_is_open,
    a_program_whose_tokens_have_expired_is_not_listed_as_signed_in,
    ending_the_others_locks_in_the_order_of_revocations,
    a_rejection_tells_connections_to_close,
    everything_ends_from_a_page_that_shows_only_the_latest,
);

async fn ones_own_sessions_are_listed_page_by_page(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    for _ in 0..4 {
        app.clock.advance(TimeDelta::seconds(1));
        drop(app.browser_of(&person).await);
    }
    let program = Program::of(&app, &person).await;
    let (mut seen, mut query) = (Vec::new(), "limit=2".to_owned());
    loop {
        let answer = program.get(&format!("/v1/sessions?{query}")).await;
        let page: Value = answer.assert_status(200).json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else {
            assert_eq!(answer.header("link"), None);
            break;
        };
        query = format!("limit=2&cursor={cursor}");
        let link = answer.header("link").unwrap();
        assert!(link.ends_with(&format!("/v1/sessions?{query}>; rel=\"next\"")), "{link}");
    }
    let mut all: Vec<String> = sessions_of(&app, &person).await.iter().map(ToString::to_string).collect();
    all.reverse();
    assert_eq!(seen, all, "newest first");
    for (bad, code) in [("limit=201", "bad_query"), ("cursor=x", "bad_cursor"), ("user=me", "bad_query")] {
        let answer = program.get(&format!("/api/v1/sessions?{bad}")).await;
        answer.assert_status(400);
        assert_eq!(answer.json::<Value>()["code"], code, "{bad}");
    }
}

async fn ended(app: &TestApp, person: &Person) -> Vec<Option<String>> {
    let user = person.id.clone();
    app.read(move |c| {
        sessions::table
            .filter(sessions::user_id.eq(user))
            .filter(sessions::ended_at.is_not_null())
            .select(sessions::ended_by)
            .load(c)
    })
    .await
}

async fn ending_the_others_ends_and_counts_only_what_is_open(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    drop((app.browser_of(&person).await, app.browser_of(&person).await));
    app.clock.advance(TimeDelta::hours(13));
    drop(app.browser_of(&person).await);
    let mut here = app.browser_of(&person).await;
    here.get(paths::OWN_SESSIONS).await;
    let page = here.submit("#end-others-form", &[]).await;
    assert!(page.body().contains("One other device was signed out."), "{page:?}");
    assert_eq!(ended(&app, &person).await, [Some(person.id.to_string())], "by its owner");
    let (user, now) = (person.id.clone(), app.clock.now());
    assert_eq!(app.read(move |c| store::count_live(c, &user, now)).await, 1);
    // What Frontdesk ends by itself was ended by nobody.
    let (user, act) = (person.id.clone(), Act::by_system(now));
    let count = app.db.write(move |c| store::end_others(c, &user, None, "a test", &act)).await.unwrap();
    assert_eq!(count, 1);
    assert_eq!(ended(&app, &person).await.iter().filter(|by| by.is_none()).count(), 1);
}

async fn a_program_whose_tokens_have_expired_is_not_listed_as_signed_in(app: TestApp) {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let program = Program::of(&app, &person).await;
    let mut here = app.browser_of(&person).await;
    assert_eq!(here.get(paths::OWN_SESSIONS).await.texts("#sessions > li").len(), 2);
    app.clock.advance(TimeDelta::days(8));
    let mut here = app.browser_of(&person).await;
    assert_eq!(here.get(paths::OWN_SESSIONS).await.texts("#sessions > li").len(), 1);
    program.refresh().await.assert_status(401);
}

async fn ending_the_others_locks_in_the_order_of_revocations(engine: Engine) {
    let app = TestApp::start(engine, &[]).await;
    let act = Act::by_system(app.clock.now());
    let user = UserId::new(&app.random, app.clock.now());
    let sent = app
        .read(move |c| Ok(statements(c, |c| drop(store::end_others(c, &user, None, "a test", &act)))))
        .await;
    match engine {
        Engine::Sqlite => assert_eq!(sent.len(), 1, "it has one writer: {sent:?}"),
        Engine::Postgres => {
            let lock = sent.first().unwrap();
            assert!(lock.contains("ORDER BY \"sessions\".\"id\"") && lock.ends_with("FOR UPDATE"), "{lock}");
            assert!(sent.last().unwrap().starts_with("UPDATE"), "{sent:?}");
        }
    }
}

async fn a_rejection_tells_connections_to_close(app: TestApp) {
    let ada = applicant(&app, "Ada Lovelace").await;
    let (_, mut reviewer) = reviewer_with(&app, &ada).await;
    let person = Person {
        id: ada.id.clone(),
        organization: ada.organization.clone(),
        name: String::new(),
        email: ada.email.clone(),
        password: "",
    };
    let mut hub = app.hub.listen();
    reviewer.get(&ada.page()).await;
    let why = [("decision", "reject"), ("reason_code", "expired"), ("message", "It is too old.")];
    reviewer.submit("#decision-form", &why).await.assert_status(200);
    assert_eq!(heard(&mut hub, &person), 1);
}

async fn everything_ends_from_a_page_that_shows_only_the_latest(app: TestApp) {
    let person = filled(&app, 1, 1).await;
    // One that is open, and more ended ones after it than the page shows.
    let model = sessions_of(&app, &person).await[0].clone();
    sql(
        &app,
        format!(
            "INSERT INTO sessions (id, organization_id, user_id, kind, hash, state, created_at, seen_at, expires_at, \
             idle_seconds, ip, user_agent, device, ended_at) \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120) \
             SELECT '00000000-0000-7000-9000-' || CAST(100000000000 + i AS TEXT), organization_id, user_id, kind, \
             'later-' || CAST(i AS TEXT), '{{}}', '2026-03-02 09:00:01', seen_at, expires_at, idle_seconds, ip, \
             user_agent, device, '2026-03-02 09:00:02' FROM n, sessions WHERE sessions.id = '{model}'"
        ),
    )
    .await;
    app.clock.advance(TimeDelta::seconds(5));
    let mut admin = app.admin().await;
    let page = admin.get(&paths::user_security(&person.id)).await;
    assert_eq!(page.texts("#sessions tbody tr").len(), 100);
    assert!(page.has("#end-user"), "the open one is not among them");
}
