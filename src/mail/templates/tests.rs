//! What templates promise.

use super::*;
use crate::mail::letters::SecurityLetter;

fn built_in() -> Templates {
    Templates::load(None).unwrap()
}

fn rendered(letter: &Letter, envelope: &Envelope) -> Rendered {
    let data = envelope.around(&letter.data(), &letter.secret());
    built_in().render(letter.kind(), Language::English, &data).unwrap()
}

fn override_with(files: &[(&str, &str)]) -> Result<Templates, Vec<Problem>> {
    let directory = tempfile::tempdir().unwrap();
    for (name, source) in files {
        std::fs::write(directory.path().join(name), source).unwrap();
    }
    Templates::load(Some(directory.path()))
}

#[test]
fn every_letter_renders_with_its_link_in_text_and_html() {
    let templates = built_in();
    for letter in Letter::samples() {
        let data = sample_envelope().around(&letter.data(), &letter.secret());
        let mail = templates.render(letter.kind(), Language::English, &data).unwrap();
        for secret in letter.secret().as_object().unwrap().values().filter_map(Value::as_str) {
            assert!(mail.text.contains(secret), "{secret} is not in\n{}", mail.text);
        }
        assert!(mail.text.starts_with("Hello Ada Lovelace,\n\n"), "{}", mail.text);
        assert!(!mail.text.contains("\n\n\n"), "{}", mail.text);
        assert!(mail.html.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{}", mail.html);
        assert!(mail.html.matches("class=\"button\"").count() <= 1);
    }
}

#[test]
fn the_texts_read_well() {
    let texts: Vec<String> = Letter::samples()
        .iter()
        .map(|letter| {
            let mail = rendered(letter, &sample_envelope());
            format!("Subject: {}\n\n{}", mail.subject, mail.text)
        })
        .collect();
    insta::assert_snapshot!(texts.join("\n==========\n\n"));
}

#[test]
fn nothing_is_loaded_from_elsewhere_and_both_themes_are_served() {
    for letter in Letter::samples() {
        let html = rendered(&letter, &sample_envelope()).html;
        for loaded in ["<img", "<link", "<script", "src=", "url(", "@import"] {
            assert!(!html.contains(loaded), "{loaded}");
        }
        assert!(html.contains("@media (prefers-color-scheme: dark)"));
        assert!(html.contains("<td class=\"sheet\" style=\""), "{html}");
        assert!(!html.contains("\n.sheet {"), "only @media rules stay behind");
    }
}

#[test]
fn a_hostile_name_is_text_in_html_and_as_typed_in_text() {
    let hostile = "<script>alert(1)</script>\"'><b>&{{ 7*7 }}";
    let mut envelope = sample_envelope();
    envelope.recipient_name = hostile.to_owned();
    envelope.organization_name = hostile.to_owned();
    for letter in Letter::samples() {
        let mail = rendered(&letter, &envelope);
        assert!(!mail.html.contains("<script") && !mail.html.contains("<b>"), "{}", mail.html);
        assert!(mail.html.contains("&lt;script&gt;alert(1)"), "{}", mail.html);
        assert!(mail.text.contains(hostile), "{}", mail.text);
        assert!(!mail.html.contains("49"), "data is never read as a template");
    }
}

#[test]
fn hostile_words_of_a_reviewer_stay_words() {
    let letter = Letter::Rejected {
        reason: "Line one\r\n</p><img src=x onerror=alert(1)>".to_owned(),
        case_link: Some("https://desk.demo.test/\" onmouseover=\"x".to_owned()),
    };
    let html = rendered(&letter, &sample_envelope()).html;
    assert!(!html.contains("<img"), "{html}");
    assert!(html.contains("href=\"https://desk.demo.test/&quot; onmouseover=&quot;x\""), "{html}");
    assert!(html.contains("Line one<br>&lt;/p&gt;"), "{html}");
}

#[test]
fn a_letter_to_someone_without_a_name_greets_plainly() {
    let envelope = Envelope { recipient_name: String::new(), ..sample_envelope() };
    let mail = rendered(&Letter::ExistingAccount { sign_in_url: "https://x.test".to_owned() }, &envelope);
    assert!(mail.text.starts_with("Hello,\n"), "{}", mail.text);
}

#[test]
fn an_address_is_verified_by_code_only_where_there_is_one() {
    let letter = |code| Letter::VerifyAddress {
        link: "https://x.test".to_owned(),
        expires_at: Timestamp::parse("2026-03-02T09:00:00Z").unwrap(),
        code,
    };
    let without = rendered(&letter(None), &sample_envelope());
    assert!(!without.text.contains("code") && !without.html.contains("code"), "{}", without.text);
    let until = Timestamp::parse("2026-03-01T09:10:00Z").unwrap();
    let with = rendered(&letter(Some(("271828".to_owned(), until))), &sample_envelope());
    for words in [&with.text, &with.html] {
        assert!(words.contains("271828") && words.contains("1 March 2026, 09:10 UTC"), "{words}");
    }
}

#[test]
fn the_title_of_an_alert_fits_the_subject_whatever_it_is() {
    let letter = Letter::Security(SecurityLetter::Alert {
        severity: "low".to_owned(),
        title: format!("Line one\r\nBcc: x@demo.test {}", "x".repeat(500)),
        message: String::new(),
        action_url: "https://x.test".to_owned(),
        at: Timestamp::parse("2026-03-02T09:00:00Z").unwrap(),
    });
    let mail = rendered(&letter, &sample_envelope());
    let begin = "Security alert from Demo Society: Line one Bcc: x@demo.test xxx";
    assert!(mail.subject.starts_with(begin), "{}", mail.subject);
}

#[test]
fn data_that_lacks_a_name_is_refused_with_its_place() {
    let problem = built_in()
        .render(
            TemplateKind::VerifyAddress,
            Language::English,
            &sample_envelope().around(&Value::Null, &Value::Null),
        )
        .unwrap_err();
    assert_eq!(problem.file, "verify_address.txt (built-in mail template)");
    assert_eq!(problem.line, Some(5), "{problem}");
}

#[test]
fn a_subject_that_data_would_break_over_lines_is_refused() {
    let envelope = Envelope { organization_name: "Demo\r\nBcc: x@demo.test".to_owned(), ..sample_envelope() };
    let letter = Letter::ExistingAccount { sign_in_url: String::new() };
    let data = envelope.around(&letter.data(), &letter.secret());
    let problem = built_in().render(letter.kind(), Language::English, &data).unwrap_err();
    assert_eq!(problem.message, "the subject has a line break or another control character");
}

#[test]
fn a_file_of_the_operator_takes_the_place_of_the_built_in_one() {
    let templates = override_with(&[
        ("approved.subject.txt", "You are in, {{ recipient_name }}"),
        ("layout.txt", "{% include \"_greeting.txt\" %}\n{% block content %}{% endblock %}"),
        ("_greeting.txt", "Dear {{ recipient_name }}"),
    ])
    .unwrap();
    let letter = Letter::Approved {
        sign_in_url: "https://x.test".to_owned(),
        credentials: crate::mail::letters::Credentials::KeepPassword,
    };
    let data = sample_envelope().around(&letter.data(), &letter.secret());
    let mail = templates.render(letter.kind(), Language::English, &data).unwrap();
    assert_eq!(mail.subject, "You are in, Ada Lovelace");
    assert!(mail.text.starts_with("Dear Ada Lovelace"), "{}", mail.text);
    assert!(mail.html.contains("Your registration is approved"), "the others stay built in");
}

#[test]
fn every_fault_in_the_operators_files_is_told_at_once_with_file_and_line() {
    let problems = override_with(&[
        ("approved.txt", "fine\n{{ reciepient_name }}"),
        ("layout.html", "<p>\n\n{{ organization }}</p>{% block content %}{% endblock %}"),
    ])
    .unwrap_err();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told.iter().any(|text| text.contains("approved.txt, line 2: undefined value")), "{told:#?}");
    assert!(told.iter().any(|text| text.contains("layout.html, line 3: undefined value")), "{told:#?}");

    let problems = override_with(&[("rejected.txt", "{% if %}"), ("aproved.html", "x")]).unwrap_err();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(told.iter().any(|text| text.contains("rejected.txt, line 1: syntax error")), "{told:#?}");
    assert!(
        told.iter().any(|text| text.contains("aproved.html: this is the name of no mail template")),
        "{told:#?}"
    );
}

#[test]
fn a_directory_that_is_not_there_is_told() {
    let problems = Templates::load(Some(Path::new("/nowhere/at/all"))).unwrap_err();
    assert!(problems[0].to_string().starts_with("/nowhere/at/all: the directory of mail templates"));
}
