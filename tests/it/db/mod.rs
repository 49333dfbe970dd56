//! The two databases: the same schema, transactions that hold, an audit log that nobody changes.

use diesel::prelude::*;
use diesel::sql_types::Text;
use frontdesk::access::{Act, OrganizationId};
use frontdesk::audit::{self, Event, Target};
use frontdesk::clock::Timestamp;
use frontdesk::db::{Connection, DatabaseUrl, migrations};
use frontdesk::error::AppError;
use frontdesk::ids::Random;
use frontdesk::{organizations, server};

use crate::harness::{Engine, TestApp, both_engines};

both_engines!(
    audit_entries_can_be_neither_changed_nor_deleted,
    a_write_that_fails_leaves_nothing_behind,
    every_migration_can_be_taken_back_and_run_again,
    a_time_comes_back_from_the_database_as_it_was,
    of_many_first_starts_one_makes_the_organization,
);

async fn record(app: &TestApp) -> OrganizationId {
    let organization = app.organization().await;
    let (random, now, kept) = (app.random.clone(), app.clock.now(), organization.clone());
    app.db
        .write(move |c| {
            let event = Event::new(&kept, "user.created", Target("user", "1"));
            audit::record(c, &random, &Act::by_system(now), event)
        })
        .await
        .unwrap();
    organization
}

async fn audit_entries_can_be_neither_changed_nor_deleted(app: TestApp) {
    record(&app).await;
    let columns = "organization_id, at, actor_kind, actor_name, action, target_kind, target_id";
    let replace = |row: &str| {
        format!("REPLACE INTO audit_entries ({row}, {columns}) SELECT {row}, {columns} FROM audit_entries")
    };
    let mut statements =
        vec!["UPDATE audit_entries SET actor_name = 'x'".to_owned(), "DELETE FROM audit_entries".to_owned()];
    if matches!(app.db.url(), DatabaseUrl::Postgres(_)) {
        statements.push("TRUNCATE audit_entries".to_owned());
    } else {
        statements.push(replace("id"));
        statements.push(replace("rowid, id").replace("SELECT rowid, id", "SELECT rowid, 'another'"));
    }
    for statement in statements {
        let query = diesel::sql_query(&statement);
        let refused = app.db.write(move |c| query.execute(c)).await.unwrap_err();
        let AppError::Internal(cause) = refused else { panic!("{refused:?}") };
        assert!(cause.to_string().contains("append-only"), "{statement}: {cause}");
    }
    assert_eq!(app.count("audit_entries").await, 1);
}

async fn a_write_that_fails_leaves_nothing_behind(app: TestApp) {
    let (random, now) = (app.random.clone(), app.clock.now());
    let outcome: Result<(), AppError> = app
        .db
        .write(move |c| -> Result<(), AppError> {
            organizations::insert(c, &random, "half", "Half", now)?;
            Err(AppError::NotFound)
        })
        .await;
    assert!(matches!(outcome, Err(AppError::NotFound)));
    assert_eq!(app.count("organizations").await, 1);
}

async fn every_migration_can_be_taken_back_and_run_again(app: TestApp) {
    let mut connection = app.db.unpooled().unwrap();
    let count = migrations::status(&mut connection).unwrap().len();
    let mut taken_back = 0;
    while migrations::down(&mut connection).unwrap().is_some() {
        taken_back += 1;
    }
    assert_eq!(taken_back, count);
    assert!(migrations::status(&mut connection).unwrap().iter().all(|state| !state.applied));
    assert_eq!(migrations::up(&mut connection).unwrap().len(), count);
    assert_eq!(migrations::up(&mut connection).unwrap(), Vec::<String>::new());
}

async fn a_time_comes_back_from_the_database_as_it_was(app: TestApp) {
    let moment = Timestamp::parse("2026-12-31T23:59:59.000001Z").unwrap();
    let random = app.random.clone();
    app.db.write(move |c| organizations::insert(c, &random, "late", "Late", moment)).await.unwrap();
    let kept: Timestamp = app
        .read(|c| {
            use frontdesk::db::schema::organizations::dsl;
            dsl::organizations.filter(dsl::slug.eq("late")).select(dsl::created_at).first(c)
        })
        .await;
    assert_eq!(kept, moment);
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    nullable: String,
}

fn columns(c: &mut Connection) -> Vec<Column> {
    let query = if c.is_postgres() {
        "SELECT table_name || '.' || column_name AS place, CASE is_nullable WHEN 'YES' THEN 'null' ELSE 'not null' END \
         AS nullable FROM information_schema.columns WHERE table_schema = 'public' \
         AND table_name NOT LIKE '\\_\\_%'"
    } else {
        "SELECT m.name || '.' || p.name AS place, CASE p.\"notnull\" WHEN 0 THEN 'null' ELSE 'not null' END AS nullable \
         FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' \
         AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'"
    };
    let mut columns: Vec<Column> = diesel::sql_query(query).load(c).unwrap();
    columns.sort();
    columns
}

mod the_two_schemas_have_the_same_tables_and_columns {
    use super::{Engine, TestApp, columns};

    #[tokio::test]
    async fn postgres() {
        let sqlite = TestApp::start(Engine::Sqlite, &[]).await;
        let postgres = TestApp::start(Engine::Postgres, &[]).await;
        let (mut one, mut other) = (sqlite.db.unpooled().unwrap(), postgres.db.unpooled().unwrap());
        let (one, other) = (columns(&mut one), columns(&mut other));
        assert!(one.len() > 50, "{one:?}");
        assert_eq!(one, other);
    }
}

async fn of_many_first_starts_one_makes_the_organization(app: TestApp) {
    app.db.write(|c| diesel::sql_query("DELETE FROM organizations").execute(c)).await.unwrap();
    let starts = (0..8).map(|seed| {
        let now = app.clock.now();
        app.db.write(move |c| organizations::ensure_default(c, &Random::seeded(seed), "Desk", now))
    });
    let made = futures_util::future::join_all(starts).await;
    let ids: Vec<_> = made.into_iter().map(|one| one.unwrap().id).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(app.count("organizations").await, 1);
}

mod two_first_starts_at_once_migrate_one_after_the_other {
    use super::{Engine, TestApp, migrations, server};

    #[tokio::test]
    async fn postgres() {
        let app = TestApp::start(Engine::Postgres, &[]).await;
        let mut connection = app.db.unpooled().unwrap();
        while migrations::down(&mut connection).unwrap().is_some() {}
        let (one, other) = (app.another_process(2), app.another_process(3));
        let (first, second) = tokio::join!(server::prepare(&one), server::prepare(&other));
        first.unwrap();
        second.unwrap();
        assert!(migrations::status(&mut connection).unwrap().iter().all(|state| state.applied));
        assert_eq!(app.count("organizations").await, 1);
    }
}

mod migrations_wait_for_a_lock_longer_than_a_request {
    use diesel::prelude::*;
    use diesel::sql_types::Text;

    use super::{Connection, Engine, TestApp};

    #[derive(QueryableByName)]
    struct Limit {
        #[diesel(sql_type = Text)]
        limit: String,
    }

    fn limit(c: &mut Connection, name: &str) -> QueryResult<String> {
        let query = format!("SELECT current_setting('{name}') AS \"limit\"");
        diesel::sql_query(query).get_result::<Limit>(c).map(|limit| limit.limit)
    }

    #[tokio::test]
    async fn postgres() {
        let app = TestApp::start(Engine::Postgres, &[]).await;
        for (name, of_request) in [("lock_timeout", "10s"), ("statement_timeout", "30s")] {
            assert_eq!(app.read(move |c| limit(c, name)).await, of_request);
            assert_eq!(limit(&mut app.db.unpooled().unwrap(), name).unwrap(), "0");
        }
    }
}
