//! The words of mails: `templates/email/NAME.{subject.txt,txt,html}` in `minijinja`, built into the program.
//!
//! A directory of the operator (`EMAIL_TEMPLATES_DIR`) may hold a file of the same name in place of any of them,
//! and pieces of its own whose names begin with `_`. Everything is rendered once at the start with sample
//! data, and a name that no data fills is an error there, with file and line, rather than a hole in a mail.
//! HTML is escaped by the file's ending; the styles of the layout are moved into the elements, since many
//! mail programs drop `<style>`, and only `@media` rules stay behind.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::fmt;
use std::path::{Path, PathBuf};

use css_inline::{CSSInliner, InlineOptions};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::address::unprintable;
use super::letters::{Envelope, Letter};
use super::model::{Language, TemplateKind};
use crate::clock::Timestamp;

/// A longer subject is shown by no mail program, and could pass the longest line of a header.
const SUBJECT_LIMIT: usize = 250;

macro_rules! built_in {
    (pieces: $($piece:literal),+; kinds: $($kind:literal),+ $(,)?) => {
        &[
            $(built_in!($piece, ""),)+
            $(built_in!($kind, ".subject.txt"), built_in!($kind, ".txt"), built_in!($kind, ".html"),)+
        ]
    };
    ($name:literal, $ending:literal) => {
        (concat!($name, $ending), include_str!(concat!("../../../templates/email/", $name, $ending)))
    };
}

const BUILT_IN: &[(&str, &str)] = built_in!(
    pieces: "layout.html", "layout.txt", "parts.html", "parts.txt";
    kinds:
        "verify_address",
        "existing_account",
        "approved",
        "rejected",
        "resubmission",
        "password_reset",
        "password_changed",
        "confirm_new_address",
        "address_changed",
        "invitation",
        "account_locked",
        "new_device",
        "security_alert",
        "mfa_changed",
        "session_revoked",
        "api_key_rotation",
        "erasure_scheduled",
        "erasure_done",
);

/// A mail in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// One thing that is wrong with a template: where, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file of the operator, or the name of a built-in template.
    pub file: String,
    pub line: Option<usize>,
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for Problem {}

/// All mail templates, ready to render.
pub struct Templates {
    environment: Environment<'static>,
    inliner: CSSInliner<'static>,
    /// The operator's files by template name.
    overrides: BTreeMap<String, PathBuf>,
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Templates").field("overrides", &self.overrides).finish_non_exhaustive()
    }
}

impl Templates {
    /// The built-in templates, with those files in their place that `directory` has; every one checked.
    ///
    /// # Errors
    /// All problems found, not only the first.
    pub fn load(directory: Option<&Path>) -> Result<Self, Vec<Problem>> {
        let environment = environment().map_err(|error| {
            let file = "the template engine".to_owned();
            vec![Problem { file, line: None, message: error.to_string() }]
        })?;
        let mut templates = Self { environment, inliner: inliner(), overrides: BTreeMap::new() };
        let mut problems = Vec::new();
        for (name, source) in BUILT_IN {
            if let Err(error) = templates.environment.add_template(name, source) {
                problems.push(templates.problem(name, &error));
            }
        }
        if let Some(directory) = directory {
            templates.override_from(directory, &mut problems);
        }
        if problems.is_empty() {
            templates.check(&mut problems);
        }
        if problems.is_empty() { Ok(templates) } else { Err(problems) }
    }

    /// Renders one mail. `data` is what [`Envelope::around`] gives.
    pub fn render(&self, kind: TemplateKind, language: Language, data: &Value) -> Result<Rendered, Problem> {
        let subject = self.subject(kind, language, data)?;
        let mut context = context(language, data);
        context.insert("subject".to_owned(), Value::from(subject.as_str()));
        let text = tidy(&self.fill(&format!("{kind}.txt"), &context)?);
        let html = self.fill(&format!("{kind}.html"), &context)?;
        let html = self.inliner.inline(&html).map_err(|error| Problem {
            file: self.file(&format!("{kind}.html")),
            line: None,
            message: format!("the styles could not be moved into the elements: {error}"),
        })?;
        Ok(Rendered { subject, text, html })
    }

    /// Renders the subject alone.
    pub fn subject(&self, kind: TemplateKind, language: Language, data: &Value) -> Result<String, Problem> {
        let subject = self.fill(&format!("{kind}.subject.txt"), &context(language, data))?;
        self.checked_subject(kind, subject.trim())
    }

    fn fill(&self, name: &str, context: &serde_json::Map<String, Value>) -> Result<String, Problem> {
        let context = minijinja::Value::from(Serde(context));
        self.environment
            .get_template(name)
            .and_then(|template| template.render(context))
            .map_err(|error| self.problem(name, &error))
    }

    fn checked_subject(&self, kind: TemplateKind, subject: &str) -> Result<String, Problem> {
        let message = if subject.is_empty() {
            "the subject is empty"
        } else if subject.chars().any(unprintable) {
            "the subject has a line break or another control character"
        } else if subject.chars().count() > SUBJECT_LIMIT {
            "the subject is longer than 250 characters"
        } else {
            return Ok(subject.to_owned());
        };
        let file = self.file(&format!("{kind}.subject.txt"));
        Err(Problem { file, line: None, message: message.to_owned() })
    }

    fn override_from(&mut self, directory: &Path, problems: &mut Vec<Problem>) {
        let entries = match std::fs::read_dir(directory).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(entries) => entries,
            Err(error) => {
                let message = format!("the directory of mail templates cannot be read: {error}");
                problems.push(Problem { file: directory.display().to_string(), line: None, message });
                return;
            }
        };
        for entry in entries {
            let path = entry.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_owned) else {
                continue;
            };
            if path.is_file() && !name.starts_with('.') {
                self.override_one(&name, path, problems);
            }
        }
    }

    fn override_one(&mut self, name: &str, path: PathBuf, problems: &mut Vec<Problem>) {
        let file = path.display().to_string();
        if !name.starts_with('_') && BUILT_IN.iter().all(|(built_in, _)| *built_in != name) {
            let message = "this is the name of no mail template; begin the names of your own pieces with _";
            problems.push(Problem { file, line: None, message: message.to_owned() });
            return;
        }
        let source = match std::fs::read_to_string(&path) {
            Ok(source) => source,
            Err(error) => {
                problems.push(Problem { file, line: None, message: format!("cannot be read: {error}") });
                return;
            }
        };
        self.overrides.insert(name.to_owned(), path);
        if let Err(error) = self.environment.add_template_owned(name.to_owned(), source) {
            problems.push(self.problem(name, &error));
        }
    }

    fn check(&self, problems: &mut Vec<Problem>) {
        let envelope = sample_envelope();
        for letter in Letter::samples() {
            let data = envelope.around(&letter.data(), &letter.secret());
            for language in Language::ALL {
                if let Err(problem) = self.render(letter.kind(), *language, &data)
                    && !problems.contains(&problem)
                {
                    problems.push(problem);
                }
            }
        }
    }

    /// The innermost error says where the fault is; those around it only where it was called from.
    fn problem(&self, name: &str, error: &minijinja::Error) -> Problem {
        let mut innermost = error;
        while let Some(inner) = innermost.source().and_then(|source| source.downcast_ref()) {
            innermost = inner;
        }
        let message = match innermost.detail() {
            Some(detail) => format!("{}: {detail}", innermost.kind()),
            None => innermost.kind().to_string(),
        };
        Problem { file: self.file(innermost.name().unwrap_or(name)), line: innermost.line(), message }
    }

    fn file(&self, name: &str) -> String {
        self.overrides
            .get(name)
            .map_or_else(|| format!("{name} (built-in mail template)"), |path| path.display().to_string())
    }
}

/// The envelope of sample mails, for the check and the gallery.
#[must_use]
pub fn sample_envelope() -> Envelope {
    Envelope {
        organization_name: "Demo Society".to_owned(),
        recipient_name: "Ada Lovelace".to_owned(),
        recipient_address: "ada@demo.test".to_owned(),
    }
}

fn context(language: Language, data: &Value) -> serde_json::Map<String, Value> {
    let mut context = data.as_object().cloned().unwrap_or_default();
    context.insert("language".to_owned(), Value::from(language.as_str()));
    context
}

fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_filter("moment", moment);
    Ok(environment)
}

fn inliner() -> CSSInliner<'static> {
    InlineOptions::default().keep_at_rules(true).load_remote_stylesheets(false).build()
}

/// An RFC 3339 time as people read it: `27 December 2026, 18:40 UTC`.
fn moment(time: &str) -> Result<String, minijinja::Error> {
    let time = Timestamp::parse(time).ok_or_else(|| {
        minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, "moment needs an RFC 3339 time")
    })?;
    Ok(time.utc().format("%-d %B %Y, %H:%M UTC").to_string())
}

/// Drops spaces at the ends of lines (but for the mark of a signature) and more than one empty line in a row.
fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut empty_lines = 0;
    for line in text.trim().lines() {
        let line = if line == "-- " { line } else { line.trim_end() };
        empty_lines = if line.is_empty() { empty_lines + 1 } else { 0 };
        if empty_lines < 2 {
            tidied.push_str(line);
            tidied.push('\n');
        }
    }
    tidied
}

#[cfg(test)]
mod tests;
