//! Whole documents: the console's frame for staff, and the one-column page for everybody else.
//!
//! The rail and the own menu are popovers: browsers open, close and announce them by themselves, without
//! scripts and without rendering the navigation twice. From 900 px on the rail is simply always there.

use maud::{DOCTYPE, Markup, Render, html};

use crate::assets;

use super::form::csrf_field;
use super::icon::{Icon, icon};
use super::nav::Nav;
use super::toast::{Flash, toasts};

/// The id of `<main>`, which htmx answers fill.
pub const MAIN_ID: &str = "main";

/// What htmx may do under our content security policy, and which answers it shows.
const HTMX_CONFIG: &str = r#"{"includeIndicatorStyles":false,"allowEval":false,"allowScriptTags":false,"selfRequestsOnly":true,"historyCacheSize":0,"historyRestoreAsHxRequest":false,"refreshOnHistoryMiss":true,"scrollBehavior":"instant","timeout":15000,"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"(409|422)","swap":true},{"code":"[45]..","swap":false,"error":true}]}"#;

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// Every theme, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// As kept in the cookie and sent by the switch.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text)
    }

    /// The value of `data-theme`; the system's choice needs none.
    fn forced(self) -> Option<&'static str> {
        (self != Self::System).then(|| self.as_str())
    }

    fn label_and_icon(self) -> (&'static str, Icon) {
        match self {
            Self::System => ("System", Icon::Monitor),
            Self::Light => ("Light", Icon::Sun),
            Self::Dark => ("Dark", Icon::Moon),
        }
    }
}

/// Who is signed in, and where their menu leads.
#[derive(Clone, Debug)]
pub struct Me<'a> {
    pub name: &'a str,
    pub email: &'a str,
    /// "Reviewer", or empty for a member.
    pub role: &'a str,
    /// Links of the own menu: label and URL.
    pub links: &'a [(&'a str, String)],
    /// Where the theme switch POSTs `theme=system|light|dark`.
    pub theme_action: &'a str,
    /// Where signing out POSTs.
    pub sign_out_action: &'a str,
}

/// A page of the console. The title is its `<h1>`, so `main` starts below it.
#[derive(Clone, Debug)]
pub struct Console<'a> {
    pub title: &'a str,
    pub organization: &'a str,
    /// Where the organization's name in the rail leads.
    pub home: &'a str,
    pub nav: Nav,
    pub user: Me<'a>,
    /// "Staging"; nothing in production.
    pub environment: Option<&'a str>,
    pub csrf: &'a str,
    pub flash: &'a [Flash],
    pub theme: Theme,
    /// The page above this one: label and URL.
    pub parent: Option<(&'a str, &'a str)>,
    /// Usually a [`super::SearchBox`]; stays in place when htmx replaces `main`.
    pub search: Option<Markup>,
    /// The page's one primary button.
    pub action: Option<Markup>,
    /// Lists use the whole width; forms and details at most 960 px.
    pub wide: bool,
    pub main: Markup,
}

impl Render for Console<'_> {
    fn render(&self) -> Markup {
        let body = html! {
            body .console {
                a .skip href={ "#" (MAIN_ID) } { "Skip to content" }
                (self.rail())
                div .content {
                    (self.top_line())
                    main #(MAIN_ID) .wide[self.wide] tabindex="-1" aria-labelledby="page-title" { (self.main) }
                }
                (toast_region(self.flash, self.csrf))
            }
        };
        let title = match self.environment {
            Some(environment) => format!("({environment}) {}", self.title),
            None => self.title.to_owned(),
        };
        document(
            &Head { title: &title, organization: self.organization, csrf: self.csrf, theme: self.theme },
            &body,
        )
    }
}

impl Console<'_> {
    fn rail(&self) -> Markup {
        html! {
            nav .rail #rail popover="auto" aria-label="Console" {
                div .rail-head {
                    a .organization href=(self.home) { bdi { (self.organization) } }
                    button .button.quiet.square.close type="button" popovertarget="rail"
                        popovertargetaction="hide" title="Close menu" {
                        (icon(Icon::X))
                        span .visually-hidden { "Close menu" }
                    }
                }
                div .groups { (self.nav) }
            }
        }
    }

    fn top_line(&self) -> Markup {
        html! {
            header .top-line {
                button .button.quiet.square.open-rail type="button" popovertarget="rail" title="Menu" {
                    (icon(Icon::Menu))
                    span .visually-hidden { "Menu" }
                }
                div .heading {
                    @if let Some((label, url)) = self.parent {
                        a .parent href=(url) { (label) }
                        span .slash aria-hidden="true" { "/" }
                    }
                    h1 #page-title { bdi { (self.title) } }
                }
                @if let Some(search) = &self.search { (search) }
                @if let Some(action) = &self.action { div .page-action { (action) } }
                @if let Some(environment) = self.environment { p .environment { (environment) } }
                (own_menu(&self.user, self.csrf, self.theme))
            }
        }
    }
}

fn own_menu(user: &Me<'_>, csrf: &str, theme: Theme) -> Markup {
    html! {
        button .button.quiet.square.own-menu type="button" popovertarget="own-menu" title={ "Menu of " (user.name) } {
            span .initials aria-hidden="true" { (initials(user.name)) }
            span .visually-hidden { "Menu of " (user.name) }
        }
        div #own-menu .menu-panel popover="auto" {
            div .who {
                p .title { bdi { (user.name) } }
                p .meta { bdi { (user.email) } }
                @if !user.role.is_empty() { p .meta { (user.role) } }
            }
            ul {
                @for (label, url) in user.links { li { a href=(url) { (label) } } }
                li data-script="" {
                    button type="button" data-shortcuts="" { "Keyboard shortcuts" kbd aria-hidden="true" { "?" } }
                }
            }
            form .theme-switch method="post" action=(user.theme_action) data-repeatable="" {
                (csrf_field(csrf))
                p .meta #theme-label { "Theme" }
                div role="group" aria-labelledby="theme-label" {
                    @for choice in Theme::ALL {
                        @let (label, shape) = choice.label_and_icon();
                        button type="submit" name="theme" value=(choice.as_str())
                            aria-pressed=(choice == theme) { (icon(shape)) (label) }
                    }
                }
            }
            (sign_out(user, csrf))
        }
    }
}

fn sign_out(user: &Me<'_>, csrf: &str) -> Markup {
    html! {
        form .sign-out #sign-out method="post" action=(user.sign_out_action) {
            (csrf_field(csrf))
            button type="submit" { (icon(Icon::LogOut)) "Sign out" }
        }
    }
}

/// A page for an applicant, a member, or somebody with an emailed link: one column, one task.
#[derive(Clone, Debug)]
pub struct Public<'a> {
    pub title: &'a str,
    pub organization: &'a str,
    /// Who is signed in, if somebody is.
    pub user: Option<Me<'a>>,
    pub csrf: &'a str,
    pub flash: &'a [Flash],
    pub theme: Theme,
    /// The form on this page was refused; the document's title starts with "Error: ".
    pub refused: bool,
    pub main: Markup,
}

impl Render for Public<'_> {
    fn render(&self) -> Markup {
        let body = html! {
            body .public {
                a .skip href={ "#" (MAIN_ID) } { "Skip to content" }
                header .public-head {
                    p .organization { bdi { (self.organization) } }
                    @if let Some(user) = &self.user {
                        p .signed-in { bdi { (user.name) } }
                        (sign_out(user, self.csrf))
                    }
                }
                main #(MAIN_ID) tabindex="-1" {
                    h1 { (self.title) }
                    (self.main)
                }
                (toast_region(self.flash, self.csrf))
            }
        };
        let title = if self.refused { format!("Error: {}", self.title) } else { self.title.to_owned() };
        document(
            &Head { title: &title, organization: self.organization, csrf: self.csrf, theme: self.theme },
            &body,
        )
    }
}

struct Head<'a> {
    title: &'a str,
    organization: &'a str,
    csrf: &'a str,
    theme: Theme,
}

fn document(head: &Head<'_>, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" data-theme=[head.theme.forced()] {
            head {
                meta charset="utf-8";
                title { (head.title) " · " (head.organization) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content=(head.theme.forced().unwrap_or("light dark"));
                meta name="csrf-token" content=(head.csrf);
                meta name="htmx-config" content=(HTMX_CONFIG);
                link rel="icon" type="image/svg+xml" href=(assets::url("favicon.svg"));
                link rel="stylesheet" href=(assets::url("app.css"));
                script defer src=(assets::url("htmx.js")) {}
                script defer src=(assets::url("app.js")) {}
            }
            (body)
        }
    }
}

fn toast_region(flash: &[Flash], csrf: &str) -> Markup {
    html! {
        section #toasts .toasts aria-label="Messages" { (toasts(flash, csrf)) }
        p #announcer .visually-hidden role="status" {}
    }
}

/// The first letters of the first and the last word of a name.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_the_first_and_the_last_name() {
        assert_eq!(initials("Ada King Lovelace"), "AL");
        assert_eq!(initials("plato"), "P");
        assert_eq!(initials("  "), "");
    }

    #[test]
    fn every_theme_reads_back_from_its_text() {
        for theme in Theme::ALL {
            assert_eq!(Theme::parse(theme.as_str()), Some(theme));
        }
        assert_eq!(Theme::parse("sepia"), None);
    }

    #[test]
    fn a_refused_form_says_so_in_the_title() {
        let page = Public {
            title: "Register",
            organization: "Analytical Engines",
            user: None,
            csrf: "token",
            flash: &[],
            theme: Theme::System,
            refused: true,
            main: html! {},
        };
        assert!(page.render().0.contains("<title>Error: Register · Analytical Engines</title>"));
    }
}
