//! Uploads that must not get in, and leave nothing behind.

use chrono::TimeDelta;
use diesel::prelude::*;
use frontdesk::db::DatabaseUrl;
use frontdesk::db::schema::organizations;
use frontdesk::documents::inspect::MAX_FILE_BYTES;
use frontdesk::documents::{self, files::StoredName};
use frontdesk::paths;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap};

use super::support::{assert_nothing_kept, one_file, register, stored, three_files, upload, with};
use crate::documents::{corpus, samples};
use crate::harness::{Engine, Page, TestApp, both_engines};

both_engines!(
    every_hostile_file_is_refused_with_its_sentence_and_leaves_nothing_behind,
    all_refused_files_are_told_at_once,
    six_files_are_too_many,
    a_file_over_ten_megabytes_is_refused_by_name,
    a_body_over_all_limits_is_refused_unread,
    a_form_whose_parts_cannot_be_read_is_refused,
    files_that_belong_to_no_row_are_collected_once_they_are_old,
    files_of_a_submission_with_an_unknown_outcome_stay_until_they_are_collected,
    files_older_than_the_database_belong_to_another_one,
);

async fn every_hostile_file_is_refused_with_its_sentence_and_leaves_nothing_behind(engine: Engine) {
    let app = TestApp::start(engine, &[("REGISTRATIONS_PER_IP", "10000")]).await;
    let mut browser = app.anonymous();
    for file in corpus::all() {
        let uploads = [one_file(), vec![upload("documents", &file.file, file.bytes)]].concat();
        let page = register(&mut browser, &[], &uploads).await;
        page.assert_status(422);
        let sentences = page.texts(".error-summary li");
        assert_eq!(sentences.len(), 1, "{}: {sentences:?}", file.what);
        assert!(sentences[0].starts_with('“') && sentences[0].ends_with('.'), "{}: {sentences:?}", file.what);
        assert_eq!(stored(&app), 0, "{}", file.what);
    }
    assert_nothing_kept(&app).await;
}

async fn all_refused_files_are_told_at_once(app: TestApp) {
    let mut browser = app.anonymous();
    let files = [
        upload("documents", "empty.pdf", Vec::new()),
        upload("documents", "good.png", samples::png()),
        upload("documents", "notes.txt", b"Dear reviewer".to_vec()),
    ];
    let page = register(&mut browser, &[], &files).await;
    page.assert_status(422);
    let sentences = page.texts(".error-summary li");
    assert!(sentences[0].starts_with("“empty.pdf” is empty."), "{sentences:?}");
    assert!(sentences[1].starts_with("“notes.txt” is not a PDF"), "{sentences:?}");
    assert_eq!(page.attribute("#email", "value"), "ada@demo.test");
    assert_nothing_kept(&app).await;
}

async fn six_files_are_too_many(app: TestApp) {
    let mut browser = app.anonymous();
    let files = [three_files(), three_files()].concat();
    let page = register(&mut browser, &[], &files).await;
    page.assert_status(422);
    assert_eq!(page.texts(".error-summary li"), ["Choose at most 5 files."]);
    assert_nothing_kept(&app).await;
}

async fn a_file_over_ten_megabytes_is_refused_by_name(app: TestApp) {
    let mut browser = app.anonymous();
    let files = [upload("documents", "scan.pdf", vec![b'x'; MAX_FILE_BYTES + 1024 * 1024])];
    let page = register(&mut browser, &[], &files).await;
    page.assert_status(422);
    assert_eq!(
        page.texts(".error-summary li"),
        ["“scan.pdf” is larger than 10 MB. Save a smaller copy and upload that copy."]
    );
    assert_eq!(page.attribute("#name", "value"), "Ada Lovelace");
    assert_nothing_kept(&app).await;
}

async fn a_body_over_all_limits_is_refused_unread(app: TestApp) {
    let mut browser = app.anonymous();
    browser.get(paths::REGISTER).await;
    // Announced, but not sent: the answer must not wait for it.
    let (_sender, silent) = tokio::io::duplex(1);
    let body = reqwest::Body::wrap_stream(tokio_util::io::ReaderStream::new(silent));
    let request = browser
        .request(Method::POST, paths::REGISTER)
        .header(CONTENT_TYPE, "multipart/form-data; boundary=x")
        .header("content-length", (60 * 1024 * 1024).to_string())
        .body(body);
    browser.send(request).await.assert_status(413);
}

/// A form as a program could send it that does not keep to the format.
async fn raw(app: &TestApp, content_type: &str, body: impl Into<reqwest::Body>) -> Page {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
    let browser = app.anonymous();
    let request = browser.request(Method::POST, "/api/v1/auth/register").headers(headers).body(body);
    browser.send(request).await
}

async fn a_form_whose_parts_cannot_be_read_is_refused(app: TestApp) {
    let part = "--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\nada@demo.test\r\n";
    let repeated = format!("{part}{part}--x--\r\n");
    let unknown = "--x\r\nContent-Disposition: form-data; name=\"role\"\r\n\r\nadmin\r\n--x--\r\n";
    let unnamed = "--x\r\nContent-Disposition: form-data; name=\"documents\"\r\n\r\nabc\r\n--x--\r\n";
    let latin = b"--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n\xE9\r\n--x--\r\n".to_vec();
    let long = format!(
        "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n{}\r\n--x--\r\n",
        "a".repeat(5000)
    );
    let form = "multipart/form-data; boundary=x";
    let cases: Vec<(&str, &str, Vec<u8>, &str)> = vec![
        ("no boundary", "multipart/form-data", part.into(), "bad_multipart"),
        ("another boundary", "multipart/form-data; boundary=y", part.into(), "incomplete_body"),
        ("no form at all", "application/json", b"{}".to_vec(), "unsupported_media_type"),
        ("an end that is missing", form, part.into(), "incomplete_body"),
        ("a field twice", form, repeated.into(), "repeated_field"),
        ("a field of no form", form, unknown.into(), "unknown_field"),
        ("a file without a name", form, unnamed.into(), "not_a_file"),
        ("text that is not UTF-8", form, latin, "not_utf8"),
        ("a field over its limit", form, long.into(), "field_too_long"),
        ("parts within parts", "multipart/mixed; boundary=x", part.into(), "unsupported_media_type"),
    ];
    for (what, content_type, body, code) in cases {
        let page = raw(&app, content_type, body).await;
        page.assert_status(if code == "unsupported_media_type" { 415 } else { 400 });
        assert_eq!(page.json::<serde_json::Value>()["code"], code, "{what}: {}", page.body());
    }
    assert_nothing_kept(&app).await;
}

async fn files_that_belong_to_no_row_are_collected_once_they_are_old(app: TestApp) {
    let mut browser = app.anonymous();
    register(&mut browser, &[], &one_file()).await;
    let left = StoredName::new(&app.random);
    app.files.put(&left, &mut b"left by a crash".as_slice()).unwrap();
    assert_eq!(
        documents::collect_orphans(&app).await.unwrap(),
        0,
        "it may belong to a registration that runs"
    );
    // The times of files are the disk's: this is long after.
    app.clock.advance(TimeDelta::days(36_500));
    assert_eq!(documents::collect_orphans(&app).await.unwrap(), 1);
    assert!(app.files.get(&left).unwrap().is_none());
    assert_eq!(stored(&app), 2);
    let _ = with(&[]);
}

/// Makes every registration fail after its files were stored, as a connection that breaks would.
async fn break_the_outbox(app: &TestApp) {
    let statement = match app.db.url() {
        DatabaseUrl::Postgres(_) => "ALTER TABLE emails RENAME TO emails_away",
        DatabaseUrl::Sqlite(_) => {
            "CREATE TRIGGER away BEFORE INSERT ON emails BEGIN SELECT RAISE(ABORT, 'away'); END"
        }
    };
    app.db.write(move |c| diesel::sql_query(statement).execute(c)).await.unwrap();
}

async fn files_of_a_submission_with_an_unknown_outcome_stay_until_they_are_collected(app: TestApp) {
    break_the_outbox(&app).await;
    let mut browser = app.anonymous();
    register(&mut browser, &[], &one_file()).await.assert_status(500);
    assert_eq!(app.count("documents").await, 0);
    assert_eq!(stored(&app), 2, "nobody could tell whether their rows were written");
    assert_eq!(documents::collect_orphans(&app).await.unwrap(), 0);
    app.clock.advance(TimeDelta::days(36_500));
    assert_eq!(documents::collect_orphans(&app).await.unwrap(), 2);
    assert_eq!(stored(&app), 0);
}

async fn files_older_than_the_database_belong_to_another_one(app: TestApp) {
    app.files.put(&StoredName::new(&app.random), &mut b"of another database".as_slice()).unwrap();
    app.clock.advance(TimeDelta::days(36_500));
    let born = app.clock.now();
    let update = diesel::update(organizations::table).set(organizations::created_at.eq(born));
    app.db.write(move |c| update.execute(c)).await.unwrap();
    app.clock.advance(TimeDelta::days(1));
    assert_eq!(documents::collect_orphans(&app).await.unwrap(), 0);
    assert_eq!(stored(&app), 1);
}
