//! The form of one deed: in a dialog on the person's page, and on a page of its own.

use maud::{Markup, html};

use crate::access::{Actor, Role};
use crate::clock::Timestamp;
use crate::error::FieldError;
use crate::paths;
use crate::ui::dialog::cancel;
use crate::ui::form::actions;
use crate::ui::{Button, Choice, Choices, Field, FieldError as Shown, Form, Meaning, callout, error_summary};
use crate::users::model::{self, Deed, Doer, GRACE, Person, Refusal, Request, Verdict};
use crate::users::order::MAX_REASON;
use crate::web::Context;

/// What was typed before, for a form that comes back.
#[derive(Clone, Copy, Debug, Default)]
pub struct Typed<'a> {
    pub reason: &'a str,
    pub role: &'a str,
    pub confirm: &'a str,
}

/// One deed about one person.
#[derive(Clone, Copy, Debug)]
pub struct DeedView<'a> {
    pub deed: Deed,
    pub person: &'a Person,
    pub actor: &'a Actor,
    pub csrf: &'a str,
    pub now: Timestamp,
    pub typed: Typed<'a>,
    /// Why it was not done when it was asked for.
    pub refusal: Option<&'a Refusal>,
}

/// The deed in a word or two, for its button.
#[must_use]
pub fn verb(deed: Deed) -> &'static str {
    match deed {
        Deed::Suspend => "Suspend",
        Deed::Reinstate => "Reinstate",
        Deed::Ban => "Ban",
        Deed::Unban => "Take the ban back",
        Deed::Unlock => "Unlock",
        Deed::ResetPassword => "Force a new password",
        Deed::ChangeRole => "Change the role",
        Deed::VerifyAddress => "Mark the address verified",
        Deed::Erase => "Erase",
        Deed::KeepAccount => "Cancel the erasure",
    }
}

/// That it was done, for the next page.
#[must_use]
pub fn told(deed: Deed, name: &str, role: Role) -> String {
    match deed {
        Deed::Suspend => format!("Suspended {name}."),
        Deed::Reinstate => format!("Reinstated {name}."),
        Deed::Ban => format!("Banned {name}."),
        Deed::Unban => format!("Took the ban of {name} back."),
        Deed::Unlock => format!("Unlocked {name}."),
        Deed::ResetPassword => format!("Sent {name} a link to choose a new password."),
        Deed::ChangeRole => format!("{name} is {} now.", role.label().to_lowercase()),
        Deed::VerifyAddress => format!("Marked the address of {name} as verified."),
        Deed::Erase => format!("{name} will be erased in {} days.", GRACE.num_days()),
        Deed::KeepAccount => format!("{name} will not be erased."),
    }
}

impl<'a> DeedView<'a> {
    #[must_use]
    pub fn new(deed: Deed, person: &'a Person, actor: &'a Actor, context: &'a Context) -> Self {
        Self {
            deed,
            person,
            actor,
            csrf: context.csrf(),
            now: context.now,
            typed: Typed::default(),
            refusal: None,
        }
    }

    #[must_use]
    pub fn title(&self) -> String {
        let name = self.person.name.as_str();
        match self.deed {
            Deed::Suspend | Deed::Reinstate | Deed::Ban | Deed::Unlock | Deed::Erase => {
                format!("{} {name}", verb(self.deed))
            }
            Deed::Unban => format!("Take the ban of {name} back"),
            Deed::ResetPassword => format!("Force a new password for {name}"),
            Deed::ChangeRole => format!("Change the role of {name}"),
            Deed::VerifyAddress => format!("Mark the address of {name} as verified"),
            Deed::KeepAccount => format!("Cancel the erasure of {name}"),
        }
    }

    /// The id of the dialog it stands in.
    #[must_use]
    pub fn dialog_id(&self) -> String {
        format!("{}-dialog", self.deed)
    }

    /// The id of a field, unique also where several forms stand on one page.
    fn id(&self, field: &str) -> String {
        format!("{}-{field}", self.deed)
    }

    /// The page of its own.
    #[must_use]
    pub fn main(&self) -> Markup {
        html! {
            (self.notice())
            @if self.is_open() {
                (self.form())
            } @else {
                @if !self.typed.reason.is_empty() { (self.kept()) }
                p { (cancel_link(self.person)) }
            }
        }
    }

    fn errors(&self) -> &'a [FieldError] {
        match self.refusal {
            Some(Refusal::Invalid(errors)) => errors,
            _ => &[],
        }
    }

    fn error(&self, field: &str) -> Option<&'a str> {
        self.errors().iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }

    /// What the rules say to it as things are.
    fn verdict(&self) -> Result<Verdict, Refusal> {
        // Whether somebody is the last administrator is told when it is tried: nothing else needs counting.
        let request = Request { deed: self.deed, role: None, seen: None };
        model::judge(request, &Doer::of(self.actor), self.person, 1, self.now)
    }

    fn is_open(&self) -> bool {
        self.verdict() == Ok(Verdict::Do)
    }

    fn notice(&self) -> Markup {
        let errors: Vec<(String, &str)> =
            self.errors().iter().map(|error| (self.id(&error.field), error.message.as_str())).collect();
        let shown: Vec<Shown<'_>> = errors.iter().map(|(field, message)| Shown { field, message }).collect();
        html! {
            (error_summary(&shown))
            @match self.refusal {
                Some(Refusal::Invalid(_)) => {}
                Some(refusal) => (callout(Meaning::Warn, "It was not done", html! {
                    p { (refusal.sentence()) }
                    @if !self.typed.reason.is_empty() { p { "What you wrote is still here, further down." } }
                })),
                None => @match self.verdict() {
                    Ok(Verdict::Do) => {}
                    Ok(Verdict::Already) => (callout(Meaning::Info, "There is nothing to do", html! {
                        p { "It is so already." }
                    })),
                    Err(refusal) => (callout(Meaning::Info, "This is not possible now", html! {
                        p { (refusal.sentence()) }
                    })),
                },
            }
            @if self.refusal.is_some_and(|refusal| !matches!(refusal, Refusal::Invalid(_))) {
                p { "Now: " (super::status(self.person, self.now)) " " (self.person.role.label()) }
            }
        }
    }

    /// The reason as it was typed, where there is no form for it any more.
    fn kept(&self) -> Markup {
        html! {
            (Field::textarea("reason", "What you wrote", 3).id(&self.id("kept")).value(self.typed.reason).optional())
        }
    }

    /// The form with its explanation.
    #[must_use]
    pub fn form(&self) -> Markup {
        let action = paths::user_deed(&self.person.id, self.deed);
        let fields = html! {
            input type="hidden" name="state" value=(self.person.state());
            p { (self.explanation()) }
            @if self.deed == Deed::ChangeRole { (self.roles()) }
            (self.reason())
            @if self.deed.is_confirmed_by_address() { (self.confirmation()) }
            (actions(html! { (self.button()) (cancel(&paths::user(&self.person.id))) }))
        };
        Form::post(&action, self.csrf).id(&self.id("form")).guarded().body(fields)
    }

    fn explanation(&self) -> Markup {
        let name = html! { bdi { (self.person.name) } };
        html! {
            @match self.deed {
                Deed::Suspend => {
                    (name) " is signed out everywhere and cannot sign in until somebody reinstates them."
                }
                Deed::Reinstate => { (name) " can sign in again." }
                Deed::Ban => {
                    (name) " is signed out everywhere and cannot sign in any more. An open verification case cannot be approved."
                }
                Deed::Unban => { "The account is again as it was before the ban." }
                Deed::Unlock => { (name) " can try to sign in again at once." }
                Deed::ResetPassword => {
                    "The present password stops working, " (name) " is signed out everywhere and gets a mail with a link to choose a new one."
                }
                Deed::ChangeRole => { (name) " is signed out everywhere and has the new role at the next sign-in." }
                Deed::VerifyAddress => {
                    "Only do this when you know that " bdi { (self.person.email) } " is theirs, such as from a letter or a call."
                }
                Deed::Erase => {
                    "In " (GRACE.num_days()) " days the personal data and the documents of " (name)
                    " are erased. Until then it can be taken back, also by the person, who gets a mail now. What was decided and the audit log stay."
                }
                Deed::KeepAccount => { (name) " asked to stay." }
            }
        }
    }

    fn roles(&self) -> Markup {
        let choices: Vec<Choice<'_>> = model::roles_to_give(self.actor.role)
            .map(|role| Choice::new(role.as_str(), role.label()).hint(what_it_may(role)))
            .collect();
        let chosen = match self.typed.role {
            "" => self.person.role.as_str(),
            typed => typed,
        };
        html! {
            div id=(self.id("role")) tabindex="-1" {
                (Choices::radios("role", "New role", &choices).chosen(&[chosen]).error(self.error("role")))
            }
        }
    }

    fn reason(&self) -> Markup {
        let (id, hint) = (self.id("reason"), "Kept in the audit log for staff. The person does not see it.");
        let limit = u32::try_from(MAX_REASON).unwrap_or(u32::MAX);
        let field = Field::textarea("reason", "Reason", 3)
            .id(&id)
            .value(self.typed.reason)
            .hint(hint)
            .maxlength(limit)
            .error(self.error("reason"));
        html! { @if self.deed.needs_reason() { (field) } @else { (field.optional()) } }
    }

    fn confirmation(&self) -> Markup {
        let hint = format!("Type {} to confirm.", self.person.email);
        html! {
            (Field::text("confirm", "Email address of the person")
                .id(&self.id("confirm"))
                .value(self.typed.confirm)
                .hint(&hint)
                .autocomplete("off")
                .error(self.error("confirm")))
        }
    }

    fn button(&self) -> Markup {
        let (title, id) = (self.title(), self.id("submit"));
        html! {
            @if matches!(self.deed, Deed::Ban | Deed::Erase | Deed::Suspend) {
                (Button::danger(&title).id(&id))
            } @else {
                (Button::primary(&title).id(&id))
            }
        }
    }
}

fn cancel_link(person: &Person) -> Markup {
    html! { a href=(paths::user(&person.id)) { "Back to " bdi { (person.name) } } }
}

/// What a role is for, in a few words.
fn what_it_may(role: Role) -> &'static str {
    match role {
        Role::Member => "Uses the application; does not work here.",
        Role::Reviewer => "Decides verification cases.",
        Role::Analyst => "Decides approvals, ends sessions, reads the audit log.",
        Role::Support => "Searches the email log and sees users.",
        Role::Admin => "Does everything in this organization.",
        Role::Operator => "Does everything in every organization.",
    }
}
