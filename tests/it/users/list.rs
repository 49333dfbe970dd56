//! The list of users: tabs, search, pages.

use frontdesk::access::Role;

use super::support::{set, somebody};
use crate::harness::{Browser, Page, Person, TestApp, both_engines};

both_engines!(
    the_list_shows_who_is_there_newest_first,
    each_tab_shows_its_users_and_counts_them,
    every_operator_finds_what_it_says,
    what_is_not_understood_is_told_and_the_rest_is_found,
    a_pasted_id_leads_to_its_person,
    every_user_is_on_exactly_one_page_there_and_back,
);

fn names(page: &Page) -> Vec<String> {
    page.texts("tbody a")
}

async fn found(browser: &mut Browser, query: &str) -> Vec<String> {
    let query =
        format!("/users?q={}", url::form_urlencoded::byte_serialize(query.as_bytes()).collect::<String>());
    let page = browser.get(&query).await;
    page.assert_status(200);
    let mut names = names(&page);
    names.sort();
    names
}

async fn the_list_shows_who_is_there_newest_first(app: TestApp) {
    let old = somebody(&app, Role::Member).await;
    app.clock.advance(chrono::TimeDelta::hours(1));
    let mut support = app.signed_in(Role::Support).await;
    let page = support.get("/users").await;
    assert_eq!(page.text("h1"), "Users");
    assert_eq!(names(&page), ["Support 2", old.name.as_str()]);
    assert_eq!(page.text("tbody tr:last-child .note"), old.email);
    let cells = page.texts("tbody tr:first-child td .line");
    assert_eq!(cells, ["Support 2", "Active", "Support", "Missing", "just now", "just now"]);
    let cells = page.texts("tbody tr:last-child td .line");
    assert_eq!(cells, [old.name.as_str(), "Active", "Member", "–", "–", "1 h ago"]);
}

async fn each_tab_shows_its_users_and_counts_them(app: TestApp) {
    let mut people: Vec<Person> = Vec::new();
    for status in ["pending", "suspended", "banned", "rejected"] {
        let person = somebody(&app, Role::Member).await;
        set(&app, &person.id, &format!("status = '{status}'")).await;
        people.push(person);
    }
    let locked = somebody(&app, Role::Member).await;
    let until = app.clock.now().plus(chrono::TimeDelta::minutes(15));
    set(&app, &locked.id, &format!("locked_until = '{}'", until.naive())).await;
    let mut reviewer = app.reviewer().await;
    let page = reviewer.get("/users").await;
    let tabs = ["All 6", "Active 2", "Pending 1", "Suspended 1", "Banned 1", "Rejected 1", "Locked 1"];
    assert_eq!(page.texts(".tabs a"), tabs);
    for (status, person) in ["pending", "suspended", "banned", "rejected"].into_iter().zip(&people) {
        let page = reviewer.get(&format!("/users?status={status}")).await;
        assert_eq!(names(&page), [person.name.as_str()], "{status}");
        assert_eq!(page.texts(".tabs [aria-current]").len(), 1);
    }
    let page = reviewer.get("/users?status=locked").await;
    assert_eq!(names(&page), [locked.name.as_str()]);
    assert_eq!(page.text("tbody .as-badge"), "Active Locked");
    app.clock.advance(chrono::TimeDelta::minutes(15));
    let page = reviewer.get("/users?status=locked").await;
    assert_eq!(page.text(".empty .title"), "Nobody is locked");
}

async fn every_operator_finds_what_it_says(app: TestApp) {
    let ada = somebody(&app, Role::Admin).await;
    let assignment = "name = 'Ada Lovelace', phone = '+44 20 7946 0958', email = 'ada@example.org', \
        email_key = 'ada@example.org', mfa_since = created_at, last_login_at = '2026-02-10 10:00:00', \
        last_login_ip = '192.0.2.17', created_at = '2026-01-15 23:59:59'";
    set(&app, &ada.id, assignment).await;
    let grace = somebody(&app, Role::Member).await;
    let assignment = "name = 'Grace 100%_\\Hopper', status = 'suspended', locked_until = '2027-01-01 00:00:00', \
        erase_at = '2026-03-20 00:00:00'";
    set(&app, &grace.id, assignment).await;
    let mut support = app.signed_in(Role::Support).await;
    let (a, g, me) = ("Ada Lovelace", "Grace 100%_\\Hopper", "Support 3");
    for (query, expected) in [
        ("lovelace", vec![a]),
        ("LOVELACE ada", vec![a]),
        ("\"ada love\"", vec![a]),
        ("example.org", vec![a]),
        ("7946", vec![a]),
        ("100%_\\", vec![g]),
        ("0%H", vec![]),
        ("role:admin", vec![a]),
        ("status:suspended", vec![g]),
        ("domain:example.org", vec![a]),
        ("domain:xample.org", vec![]),
        ("mfa:yes", vec![a]),
        ("mfa:no", vec![g, me]),
        ("locked:yes", vec![g]),
        ("locked:no", vec![a, me]),
        ("erasing:yes", vec![g]),
        ("erasing:no", vec![a, me]),
        ("created:<2026-01-16", vec![a]),
        ("created:<2026-01-15", vec![]),
        ("created:2026-01-15", vec![a]),
        ("created:>2026-01-15", vec![g, me]),
        ("created:>=2026-01-15", vec![a, g, me]),
        ("seen:<2026-02-11", vec![a]),
        ("seen:>2026-02-10", vec![me]),
        ("seen:never", vec![g]),
        ("ip:192.0.2.", vec![a]),
        ("ip:92.0.2.", vec![]),
        ("role:admin mfa:no", vec![]),
        ("ada\0love", vec![]),
    ] {
        assert_eq!(found(&mut support, query).await, expected, "{query:?}");
    }
}

async fn what_is_not_understood_is_told_and_the_rest_is_found(app: TestApp) {
    somebody(&app, Role::Analyst).await;
    let mut support = app.signed_in(Role::Support).await;
    let page = support.get("/users?q=role:analyst+colour:red+created:>soon").await;
    assert_eq!(names(&page), ["Analyst 1"]);
    let problems = page.texts(".callout li");
    assert!(problems[0].starts_with("“colour:” is not known here; use role:, status:"), "{problems:?}");
    assert!(problems[1].contains("“soon” is no day"), "{problems:?}");
    assert_eq!(page.texts(".chips bdi"), ["role:analyst"]);
    assert_eq!(page.text(".role-filter summary"), "Role: Analyst");
    let elsewhere = page.attribute("#role-support", "href");
    assert_eq!(names(&support.get(&elsewhere).await), ["Support 2"]);
    let page = support.get("/users?q=nobody").await;
    assert_eq!(page.text(".empty .title"), "Nothing matches");
}

async fn a_pasted_id_leads_to_its_person(app: TestApp) {
    let person = somebody(&app, Role::Member).await;
    let mut support = app.signed_in(Role::Support).await;
    let page = support.get(&format!("/users?q={}", person.id)).await;
    assert_eq!(page.path, format!("/users/{}", person.id));
    assert_eq!(page.text("h1"), person.name);
}

async fn every_user_is_on_exactly_one_page_there_and_back(app: TestApp) {
    let person = somebody(&app, Role::Member).await;
    let many = format!(
        "INSERT INTO users (id, organization_id, email, email_key, name, role, status, must_change_password,
             created_at, updated_at)
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
         SELECT '00000000-0000-7000-8000-' || CAST(100000000000 + i AS TEXT), organization_id,
             'a' || CAST(i AS TEXT) || '@demo.test', 'a' || CAST(i AS TEXT) || '@demo.test',
             'Many ' || CAST(i AS TEXT), role, status, must_change_password, created_at, updated_at
         FROM n, users WHERE users.id = '{}'",
        person.id
    );
    app.db.write(move |c| diesel::RunQueryDsl::execute(diesel::sql_query(many), c)).await.unwrap();
    let mut support = app.signed_in(Role::Support).await;
    let mut seen = Vec::new();
    let mut page = support.get("/users").await;
    loop {
        seen.push(names(&page));
        if !page.has("a#page-older") {
            break;
        }
        page = support.get(&page.attribute("a#page-older", "href")).await;
    }
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [50, 50, 22]);
    let mut all: Vec<&String> = seen.iter().flatten().collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 122);
    let back = support.get(&page.attribute("a#page-newer", "href")).await;
    assert_eq!(names(&back), seen[1]);
}
