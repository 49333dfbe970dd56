//! What is asked of the database, and how it goes about it.

use std::sync::{Arc, Mutex};

use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use diesel::{Connection as _, sql_types};
use frontdesk::db::Connection;

use super::Engine;

/// The statements that `work` sends.
pub fn statements(c: &mut Connection, work: impl FnOnce(&mut Connection)) -> Vec<String> {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = seen.clone();
    c.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            kept.lock().unwrap().push(query.to_string());
        }
    });
    work(c);
    c.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    seen.into_iter().map(|text| text.split(" -- binds:").next().unwrap().to_owned()).collect()
}

#[derive(Debug, QueryableByName)]
struct SqlitePlan {
    #[diesel(sql_type = sql_types::Text)]
    detail: String,
}

#[derive(Debug, QueryableByName)]
struct PostgresPlan {
    #[diesel(sql_type = sql_types::Text, column_name = "QUERY PLAN")]
    line: String,
}

/// How the engine would run a statement.
pub fn plan(c: &mut Connection, engine: Engine, statement: &str) -> String {
    let lines: Vec<String> = match engine {
        Engine::Sqlite => {
            let explain = diesel::sql_query(format!("EXPLAIN QUERY PLAN {}", statement.replace('`', "\"")));
            explain.load::<SqlitePlan>(c).unwrap().into_iter().map(|line| line.detail).collect()
        }
        Engine::Postgres => {
            let values = (1..20).filter(|number| statement.contains(&format!("${number}"))).map(|_| "NULL");
            let values = values.collect::<Vec<_>>().join(", ");
            for setup in [
                "SET plan_cache_mode = force_generic_plan".to_owned(),
                format!("PREPARE list AS {statement}"),
            ] {
                diesel::sql_query(setup).execute(c).unwrap();
            }
            let lines: Vec<PostgresPlan> =
                diesel::sql_query(format!("EXPLAIN EXECUTE list({values})")).load(c).unwrap();
            diesel::sql_query("DEALLOCATE list").execute(c).unwrap();
            lines.into_iter().map(|line| line.line).collect()
        }
    };
    lines.join("\n")
}
