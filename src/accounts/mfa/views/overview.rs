//! `/account/mfa`: what one can show, and adding and removing it.

use maud::{Markup, html};

use super::PasskeyForm;
use crate::access::Actor;
use crate::accounts::mfa::model::{CODES, Factors, Passkey};
use crate::accounts::mfa::passkeys;
use crate::paths;
use crate::ui::{self, Button, Field, Icon, Meaning, badge, callout, icon, time};
use crate::web::Context;
use crate::web::problems::Problems;

/// `name` is what was typed for a passkey that was refused.
#[must_use]
pub fn overview(
    context: &Context,
    actor: &Actor,
    factors: &Factors,
    problems: Problems<'_>,
    name: &str,
) -> Markup {
    html! {
        (problems.summary())
        @if actor.must_enrol { (demand(actor)) }
        p {
            "With a second factor, your password alone opens nothing: signing in also asks for a code or a "
            "passkey that only you have."
        }
        (app_section(context, factors))
        (passkey_section(context, factors, problems, name))
        @if factors.any() { (recovery_section(context, factors)) }
        p { a href=(paths::ACCOUNT) { "Back to your account" } }
    }
}

fn demand(actor: &Actor) -> Markup {
    callout(
        Meaning::Warn,
        "Set up a second factor to open the console",
        html! {
            p {
                "Staff of " bdi { (actor.organization_name) } " see other people’s data, so a stolen password must "
                "not be enough. Set up an app or a passkey below; the console opens right after."
            }
        },
    )
}

fn app_section(context: &Context, factors: &Factors) -> Markup {
    let set_up = |button: Button<'_>| {
        ui::Form::post(paths::TOTP, context.csrf()).id("set-up-app").inline().body(html! { (button) })
    };
    html! {
        section .factor {
            h2 { (icon(Icon::Smartphone)) "Authenticator app" }
            @if let Some(since) = factors.app_since {
                p { (badge(Meaning::Ok, "On")) " since " (time(since, context.now)) }
                div .form-actions {
                    (set_up(Button::secondary("Use another app")))
                    (ui::Form::post(paths::TOTP_REMOVE, context.csrf()).id("remove-app").inline()
                        .body(html! { (Button::danger("Remove the app")) }))
                }
            } @else {
                p { "An app on your phone shows a new code every 30 seconds. It works without a network." }
                @if factors.any() { (set_up(Button::secondary("Set up an app"))) }
                @else { (set_up(Button::primary("Set up an app"))) }
            }
        }
    }
}

fn passkey_section(context: &Context, factors: &Factors, problems: Problems<'_>, name: &str) -> Markup {
    html! {
        section .factor {
            h2 { (icon(Icon::KeyRound)) "Passkeys" }
            p {
                "Your phone, computer or security key proves that it is you, with a finger, your face or a PIN. "
                "A passkey also signs you in without a password."
            }
            @if !factors.passkeys.is_empty() {
                ul .passkeys { @for passkey in &factors.passkeys { (row(context, passkey)) } }
            }
            @match passkeys::usable(&context.app) {
                Err(why) => { p .meta { (why.sentence()) " The app works everywhere." } }
                Ok(()) => {
                    (add_form(context, problems, name))
                    noscript { p .meta { "Passkeys need scripts, which are off in this browser. The app works without." } }
                }
            }
        }
    }
}

fn add_form(context: &Context, problems: Problems<'_>, name: &str) -> Markup {
    let form = PasskeyForm {
        id: "passkey-form",
        act: "create",
        action: paths::PASSKEYS,
        asks: paths::PASSKEY_OPTIONS,
        prefix: "",
    };
    let field =
        Field::text("name", "Name of the passkey").value(name).maxlength(60).error(problems.of("name"));
    form.body(
        context,
        &html! {
            (field.hint("So that you know it again, such as “Work laptop”."))
            (ui::form::actions(html! { (Button::secondary("Add a passkey")) }))
        },
    )
}

fn row(context: &Context, passkey: &Passkey) -> Markup {
    let remove = paths::passkey_remove(&passkey.id);
    let id = format!("remove-{}", passkey.id);
    let label = format!("Remove {}", passkey.name);
    html! {
        li {
            div {
                p .title { bdi { (passkey.name) } }
                p .meta {
                    "Added " (time(passkey.created_at, context.now))
                    @match passkey.last_used_at {
                        Some(at) => { ", last used " (time(at, context.now)) }
                        None => { ", not used yet" }
                    }
                }
            }
            (ui::Form::post(&remove, context.csrf()).id(&id).inline()
                .body(html! { (Button::quiet(&label).icon_only(Icon::Trash2)) }))
        }
    }
}

fn recovery_section(context: &Context, factors: &Factors) -> Markup {
    let left = factors.codes_left;
    let meaning = if left == 0 {
        Meaning::Bad
    } else if left < 4 {
        Meaning::Warn
    } else {
        Meaning::Ok
    };
    html! {
        section .factor {
            h2 { (icon(Icon::ListChecks)) "Recovery codes" }
            p { (badge(meaning, &format!("{left} of {CODES} left"))) }
            p { "Each lets you in once when the app or the passkey is lost. New codes end the old ones." }
            (ui::Form::post(paths::RECOVERY_CODES, context.csrf()).id("new-codes").inline()
                .body(html! { (Button::secondary("Make new codes")) }))
        }
    }
}
