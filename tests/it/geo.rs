//! Countries of sessions, from a file that an independent writer of the format makes.

use std::path::Path;
use std::process::Command;

use frontdesk::access::Role;
use frontdesk::paths;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Engine, TestApp, both_engines, variable};
use crate::revocations::support::administrator;
use crate::tokens::support::{LOGIN, Tokens, call};

both_engines!(the_country_of_a_session_is_told_and_found_where_a_file_knows_it);

/// Two networks with a country each, and one with something else.
const WRITE: &str = r#"
import sys
from mmdb_writer import MMDBWriter
from netaddr import IPSet

writer = MMDBWriter(6, "GeoLite2-Country", ["en"], description="a test", ipv4_compatible=True)
writer.insert_network(IPSet(["203.0.113.0/24"]), {"country": {"iso_code": "GB"}})
writer.insert_network(IPSet(["2001:db8::/32"]), {"country": {"iso_code": "DE"}})
writer.insert_network(IPSet(["198.51.100.0/24"]), {"country": {"iso_code": "<b>"}})
writer.to_db_file(sys.argv[1])
"#;

fn write(file: &Path) {
    let run = Command::new(variable("TEST_PYTHON")).args(["-c", WRITE]).arg(file).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

async fn the_country_of_a_session_is_told_and_found_where_a_file_knows_it(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("countries.mmdb");
    write(&file);
    let settings = [("GEOIP_DATABASE", file.to_str().unwrap()), ("TRUSTED_PROXIES", "127.0.0.0/8")];
    let app = TestApp::start(engine, &settings).await;
    let organization = app.organization().await;
    let client = app.anonymous();
    let places = [
        ("203.0.113.7", json!("GB")),
        ("2001:db8::7", json!("DE")),
        ("198.51.100.7", Value::Null),
        ("192.0.2.7", Value::Null),
    ];
    for (ip, country) in places {
        let person = app.add_person(Role::Member, &organization).await;
        let body = json!({ "email": person.email, "password": person.password });
        let request = client.request(Method::POST, LOGIN).json(&body).header("x-forwarded-for", ip);
        let tokens = Tokens::of(&client.send(request).await);
        let list: Value =
            call(&client, Method::GET, "/api/v1/sessions", &tokens.access).await.assert_status(200).json();
        assert_eq!(list["items"][0]["country"], country, "{ip}");
    }
    let mut admin = app.admin().await;
    let page = admin.get("/sessions?q=country:gb").await;
    assert_eq!(page.texts("tbody tr").len(), 1, "{page:?}");
    assert!(page.texts("tbody tr")[0].contains("GB"), "{page:?}");
    // Ending the sessions of a country ends those, and says so where it is kept.
    let program = administrator(&app).await;
    let body = json!({ "filter": { "country": "gb" }, "reason": "Signed in from an unexpected country." });
    let answer: Value = program.call(Method::POST, "/api/v1/sessions/revoke", body).await.json();
    assert_eq!(answer["revoked"], 1, "{answer}");
    let page = admin.get("/sessions?state=ended").await;
    let ended = page.texts("tbody tr");
    assert!(ended.len() == 1 && ended[0].contains("GB"), "{page:?}");
    let page = admin.get(paths::REVOCATIONS).await;
    assert!(page.assert_status(200).text("tbody").contains("country GB"), "{page:?}");
}
