//! What an applicant sees before there is an account.

use maud::{Markup, html};

use super::model::{DOCUMENTS, EMAIL, NAME, PASSWORD, PHONE, needs_password};
use crate::access::Role;
use crate::accounts::password::new_password_field;
use crate::documents::form::{documents_hint, upload_field};
use crate::documents::inspect::MAX_FILES;
use crate::paths;
use crate::ui::form::actions;
use crate::ui::{Button, Field, Form};
use crate::verifications::declared;
use crate::web::Context;
use crate::web::problems::Problems;
use crate::web::upload::Fields;

const CHOOSE_AGAIN: &str =
    "Choose your files again: they are not kept when something else has to be corrected.";

/// The form, with what was typed and what is wrong with it.
pub(super) fn form(context: &Context, typed: &Fields, problems: Problems<'_>) -> Markup {
    let files = problems.all_of(DOCUMENTS);
    let again = (!problems.is_empty()).then_some(CHOOSE_AGAIN);
    let hint = documents_hint(MAX_FILES);
    let upload = upload_field(DOCUMENTS, "Your files", MAX_FILES);
    let fields = html! {
        h2 { "About you" }
        (about_you(context, typed, problems))
        h2 { "Your document" }
        p { "Send one document that proves who you are: both sides, or every page that has something on it." }
        (declared::fields(typed, problems))
        (upload.hint(&hint).error(files.as_deref().or(again)))
        (actions(html! { (Button::primary("Send registration")) }))
    };
    html! {
        (problems.summary())
        p { "We check your documents and tell you by email how it went. Nobody but our reviewers sees them." }
        p { "You have an account already? " a href=(paths::LOGIN) { "Sign in" } "." }
        (Form::post(paths::REGISTER, context.csrf()).id("register-form").multipart().guarded().body(fields))
    }
}

fn about_you(context: &Context, typed: &Fields, problems: Problems<'_>) -> Markup {
    html! {
        (Field::email(EMAIL, "Email address").value(typed.get(EMAIL)).error(problems.of(EMAIL))
            .hint("We send you a link to confirm it.").autocomplete("email"))
        (Field::text(NAME, "Full name").value(typed.get(NAME)).error(problems.of(NAME))
            .hint("As it stands on your document.").autocomplete("name"))
        (Field::phone(PHONE, "Phone number").optional().value(typed.get(PHONE)).error(problems.of(PHONE))
            .autocomplete("tel"))
        @if needs_password(&context.app.config.accounts) {
            (new_password_field(Role::Member, PASSWORD, "Password", problems.of(PASSWORD)))
        }
    }
}

/// After the form was sent; says nothing about whether the address was known.
pub(super) fn received() -> Markup {
    html! {
        p { "We have your registration and sent you an email. What to do now:" }
        ol .steps {
            li { "Open the email and follow the link in it." }
            li {
                "Press the button on the page that opens, or "
                a href=(paths::VERIFY_EMAIL_CODE) { "enter the code" }
                " from the email here."
            }
            li { "Wait for our answer: we check your documents and write to you." }
        }
        p .muted {
            "Nothing arrived after a few minutes? Look among unwanted mail, or "
            a href=(paths::REGISTER) { "register again" }
            " if the address was mistyped."
        }
    }
}
