//! What stands around the pages: the navigation of the console and the names on it.

use crate::access::Permission;
use crate::paths;
use crate::ui::{Entry, Group, Icon, Nav};
use crate::web::Context;

/// The organization's name, as the visitor knows it.
#[must_use]
pub fn organization_name(context: &Context) -> String {
    match &context.actor {
        Some(actor) => actor.organization_name.clone(),
        None => context.app.config.accounts.organization_name.clone(),
    }
}

/// Links of the own menu.
#[must_use]
pub fn own_links(context: &Context) -> Vec<(&'static str, String)> {
    let own = [
        ("Your account", paths::ACCOUNT.to_owned()),
        ("Change password", paths::PASSWORD.to_owned()),
        ("Second factor", paths::MFA.to_owned()),
    ];
    match &context.actor {
        Some(actor) if !actor.must_change_password => own.into(),
        _ => Vec::new(),
    }
}

/// The rail, with what this person's role may open.
#[must_use]
pub fn nav(context: &Context) -> Nav {
    let Some(actor) = &context.actor else { return Nav::default() };
    let place = |permission, label, url: &str, icon| {
        let current = context.path == url || context.path.starts_with(&format!("{url}/"));
        actor.role.allows(permission).then(|| Entry::new(label, url, icon).current(current))
    };
    let group = |heading, entries: Vec<Option<Entry>>| Group {
        heading,
        entries: entries.into_iter().flatten().collect(),
    };
    Nav(vec![
        group(
            "Decide",
            vec![place(
                Permission::DecideVerifications,
                "Verifications",
                paths::VERIFICATIONS,
                Icon::ShieldCheck,
            )],
        ),
        group(
            "Look up",
            vec![
                place(Permission::SeeUsers, "Users", paths::USERS, Icon::Users),
                place(Permission::SeeUsers, "Sessions", paths::SESSIONS, Icon::MonitorSmartphone),
                place(Permission::SearchMail, "Email log", paths::EMAILS, Icon::Mail),
            ],
        ),
        group(
            "Watch",
            vec![
                place(Permission::SeeHealth, "Health", paths::HEALTH_PAGE, Icon::Activity),
                place(Permission::SearchAudit, "Audit", paths::AUDIT, Icon::ScrollText),
            ],
        ),
        group(
            "Set up",
            vec![
                place(Permission::ManageUsers, "Invites", paths::INVITES, Icon::UserPlus),
                place(Permission::ManageUsers, "API keys", paths::API_KEYS, Icon::KeyRound),
            ],
        ),
    ])
}

/// Where a person lands after signing in.
#[must_use]
pub fn start_of(role: crate::access::Role) -> &'static str {
    let first = [
        (Permission::DecideVerifications, paths::VERIFICATIONS),
        (Permission::SearchMail, paths::EMAILS),
        (Permission::SearchAudit, paths::AUDIT),
        (Permission::SeeHealth, paths::HEALTH_PAGE),
    ];
    first
        .into_iter()
        .find(|(permission, _)| role.allows(*permission))
        .map_or(paths::ACCOUNT, |(_, path)| path)
}
