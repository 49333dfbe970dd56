//! Recovery codes, the one time they are seen.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};
use secrecy::{ExposeSecret, SecretString};

use crate::accounts::mfa::recovery::Shown;
use crate::ui::{Button, Icon, Meaning, callout, icon};

/// `text` is the file to download, `next` where one goes on.
#[must_use]
pub fn codes(codes: &Shown, text: &SecretString, next: (&str, &str)) -> Markup {
    let lines: Vec<&str> = codes.0.iter().map(ExposeSecret::expose_secret).collect();
    let all = lines.join("\n");
    let file = format!("data:text/plain;base64,{}", STANDARD.encode(text.expose_secret()));
    html! {
        (callout(Meaning::Warn, "Keep these codes now: they are not shown again", html! {
            p { "Each lets you in once when your app or passkey is lost. Print them, or put them into your password manager." }
        }))
        div .recovery-codes {
            code { @for line in &lines { span { (line) } "\n" } }
            div .form-actions {
                a .button.secondary href=(file) download="recovery-codes.txt" {
                    (icon(Icon::Download)) span .label { "Download" }
                }
                button .button.secondary type="button" data-script="" data-copy=(all) {
                    (icon(Icon::Copy)) span .label { "Copy" }
                }
                button .button.secondary type="button" data-script="" data-print="" {
                    (icon(Icon::FileText)) span .label { "Print" }
                }
            }
        }
        p .form-actions { (Button::primary(next.0).href(next.1)) }
    }
}
