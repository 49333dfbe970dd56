//! The field for a new password: its rules are listed, and ticked off while it is typed.

use actix_web::web;
use maud::{Markup, html};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{Owner, Rule, broken_rules, rules as table};
use crate::access::Role;
use crate::error::AppError;
use crate::paths;
use crate::ui::{Field, RuleLine, Rules, rule_lines};
use crate::web::{Anyone, Context, Form, Fragment};

/// The names such a field may have.
const NAMES: [&str; 2] = ["password", "new"];

/// A field for a new password of somebody with this role; `name` is `password` or `new`. Where the form has
/// fields `name` and `email`, the password is compared with what was typed there; of somebody who is
/// signed in, with what is known. Works without scripts: then the rules are a list to read.
#[must_use]
pub fn new_password_field(role: Role, name: &str, label: &str, error: Option<&str>) -> Markup {
    let lines = lines(role, None);
    let staff = if role.is_staff() { r#"{"staff":"true"}"# } else { r#"{"staff":"false"}"# };
    let rules = Rules {
        lines: &lines,
        check: paths::PASSWORD_RULES,
        sends: "password,new,name,email,staff",
        values: staff,
    };
    html! { (Field::password(name, label).error(error).autocomplete("new-password").rules(rules)) }
}

/// The rules, with whether each is kept where there is something to judge.
fn lines(role: Role, broken: Option<&[Rule]>) -> Vec<RuleLine> {
    let line = |rule: Rule| {
        let breach = broken.and_then(|broken| broken.iter().find(|other| other.name() == rule.name()));
        RuleLine {
            name: rule.name(),
            words: rule.words(),
            kept: broken.map(|_| breach.is_none()),
            hint: breach.and_then(|breach| breach.hint()),
        }
    };
    table(role).into_iter().map(line).collect()
}

/// What a form sends while a password is typed.
#[derive(Debug, Deserialize)]
pub struct Typed {
    password: Option<SecretString>,
    new: Option<SecretString>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    staff: bool,
}

/// `POST /password/rules`: the list of rules for what was typed so far. Nothing is kept of it.
pub async fn rules(
    Anyone(actor): Anyone,
    context: Context,
    Form(typed): Form<Typed>,
) -> Result<Fragment, AppError> {
    let [password, new] = NAMES;
    let (field, secret) = match (typed.new, typed.password) {
        (Some(secret), _) => (new, secret),
        (None, secret) => (password, secret.unwrap_or_default()),
    };
    let role = match (&actor, typed.staff) {
        (Some(actor), _) => actor.role,
        (None, true) => Role::Operator,
        (None, false) => Role::Member,
    };
    let (name, email) = context.actor.map_or((typed.name, typed.email), |actor| (actor.name, actor.email));
    if secret.expose_secret().is_empty() {
        return Ok(Fragment(rule_lines(field, &lines(role, None), "")));
    }
    // Off the async threads: hostile input is slow to judge.
    let judge = move || broken_rules(secret.expose_secret(), &Owner { name: &name, email: &email, role });
    let broken = web::block(judge).await.map_err(|error| AppError::unavailable(error.to_string()))?;
    let said = if broken.is_empty() {
        "The password keeps all rules.".to_owned()
    } else {
        let words: Vec<String> = broken.iter().map(|rule| rule.words()).collect();
        format!("The password still needs: {}.", words.join(", "))
    };
    Ok(Fragment(rule_lines(field, &lines(role, Some(&broken)), &said)))
}
