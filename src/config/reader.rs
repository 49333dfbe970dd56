//! Reads settings by name, remembers each one it was asked for, and collects every problem.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    CommandLine,
    Environment,
    /// The file named by `NAME_FILE`.
    SecretFile,
    /// `frontdesk.toml`.
    ConfigFile,
    Default,
}

impl Origin {
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::CommandLine => "command line",
            Self::Environment => "environment",
            Self::SecretFile => "file named by …_FILE",
            Self::ConfigFile => "frontdesk.toml",
            Self::Default => "default",
        }
    }
}

/// One setting as it was read, for `config check` and `.env.example`.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Setting {
    pub name: &'static str,
    /// What it does, in a line.
    pub help: &'static str,
    pub default: String,
    /// The value in force; `••••` for a secret.
    pub value: String,
    pub origin: Origin,
    pub secret: bool,
}

/// Raw values by source.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub command_line: BTreeMap<String, String>,
    pub environment: BTreeMap<String, String>,
    pub file: BTreeMap<String, String>,
}

impl Sources {
    /// Reads the environment of the process, after `.env` of the working directory when there is one,
    /// and `frontdesk.toml` (or the file named by `FRONTDESK_CONFIG`).
    ///
    /// # Errors
    /// One sentence when a file cannot be read.
    pub fn from_process(command_line: BTreeMap<String, String>) -> Result<Self, String> {
        if let Err(error) = dotenvy::dotenv()
            && !error.not_found()
        {
            return Err(format!("The file .env cannot be read: {error}."));
        }
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let named = environment.get("FRONTDESK_CONFIG").map(PathBuf::from);
        let file = read_file(named.as_deref())?;
        Ok(Self { command_line, environment, file })
    }
}

fn read_file(named: Option<&Path>) -> Result<BTreeMap<String, String>, String> {
    let path = named.unwrap_or(Path::new("frontdesk.toml"));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => {
            return Ok(BTreeMap::new());
        }
        Err(error) => return Err(format!("{} cannot be read: {error}.", path.display())),
    };
    let table: toml::Table =
        toml::from_str(&text).map_err(|error| format!("{} is not valid: {error}", path.display()))?;
    Ok(table.into_iter().map(|(name, value)| (name.to_uppercase(), plain(value))).collect())
}

fn plain(value: toml::Value) -> String {
    match value {
        toml::Value::String(text) => text,
        toml::Value::Array(items) => items.into_iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// Asks for settings one by one.
#[derive(Debug)]
pub struct Reader {
    sources: Sources,
    settings: Vec<Setting>,
    problems: Vec<String>,
}

impl Reader {
    #[must_use]
    pub fn new(sources: Sources) -> Self {
        Self { sources, settings: Vec::new(), problems: Vec::new() }
    }

    /// Adds a problem that no single setting shows, such as two that contradict each other.
    pub fn problem(&mut self, sentence: impl Into<String>) {
        self.problems.push(sentence.into());
    }

    fn look_up(&mut self, name: &'static str, aliases: &[&str], secret: bool) -> Option<(String, Origin)> {
        if let Some(value) = self.sources.command_line.get(name) {
            return Some((value.clone(), Origin::CommandLine));
        }
        let names = || std::iter::once(name).chain(aliases.iter().copied());
        let in_environment = names().find_map(|name| self.sources.environment.get(name));
        if secret && let Some(path) = self.sources.environment.get(&format!("{name}_FILE")) {
            if in_environment.is_some() {
                self.problems.push(format!("{name} and {name}_FILE are both set: keep one of them."));
            }
            match std::fs::read_to_string(path) {
                Ok(text) => return Some((text.trim_end().to_owned(), Origin::SecretFile)),
                Err(error) => {
                    self.problems.push(format!("{name}_FILE names {path}, which cannot be read: {error}."));
                    return None;
                }
            }
        }
        let in_environment = in_environment.filter(|value| !value.trim().is_empty());
        if let Some(value) = in_environment {
            return Some((value.trim().to_owned(), Origin::Environment));
        }
        let in_file = names().find_map(|name| self.sources.file.get(name));
        in_file.map(|value| (value.clone(), Origin::ConfigFile))
    }

    fn keep(
        &mut self,
        name: &'static str,
        help: &'static str,
        default: String,
        found: Option<(&str, Origin)>,
        secret: bool,
    ) {
        let (value, origin) = found.unwrap_or((&default, Origin::Default));
        let value = if secret && !value.is_empty() { "••••".to_owned() } else { value.to_owned() };
        self.settings.push(Setting { name, help, default, value, origin, secret });
    }

    /// A value that `parse` reads; its error completes the sentence "NAME …".
    pub fn parsed<T: Display>(
        &mut self,
        name: &'static str,
        default: T,
        help: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> T {
        let found = self.look_up(name, &[], false);
        self.keep(name, help, default.to_string(), found.as_ref().map(|(v, o)| (v.as_str(), *o)), false);
        match found.map(|(value, _)| parse(&value)) {
            None => default,
            Some(Ok(value)) => value,
            Some(Err(problem)) => {
                self.problems.push(format!("{name} {problem}."));
                default
            }
        }
    }

    pub fn number<T: Display + std::str::FromStr + PartialOrd + Copy>(
        &mut self,
        name: &'static str,
        default: T,
        range: std::ops::RangeInclusive<T>,
        help: &'static str,
    ) -> T {
        self.parsed(name, default, help, |text| {
            let number = text.parse::<T>().ok().filter(|number| range.contains(number));
            number.ok_or_else(|| format!("must be a number from {} to {}", range.start(), range.end()))
        })
    }

    pub fn flag(&mut self, name: &'static str, default: bool, help: &'static str) -> bool {
        self.parsed(name, default, help, |text| match text.to_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            _ => Err("must be true or false".to_owned()),
        })
    }

    /// A span of time such as `15m`, `12h` or `7d`.
    pub fn duration(&mut self, name: &'static str, default: Duration, help: &'static str) -> Duration {
        self.duration_from(name, default, Duration::from_nanos(1), help)
    }

    /// A span of time that is not shorter than `least`.
    pub fn duration_from(
        &mut self,
        name: &'static str,
        default: Duration,
        least: Duration,
        help: &'static str,
    ) -> Duration {
        let default = humantime::Duration::from(default);
        let read = self.parsed(name, default, help, |text| match text.parse::<humantime::Duration>() {
            Ok(span) if *span >= least => Ok(span),
            Ok(span) if !span.is_zero() => {
                Err(format!("must be at least {}", humantime::format_duration(least)))
            }
            _ => Err("must be a span of time such as 15m, 12h or 7d".to_owned()),
        });
        read.into()
    }

    pub fn text(&mut self, name: &'static str, default: &str, help: &'static str) -> String {
        self.parsed(name, default.to_owned(), help, |text| Ok(text.to_owned()))
    }

    pub fn optional(&mut self, name: &'static str, help: &'static str) -> Option<String> {
        self.optional_alias(name, &[], help)
    }

    /// As [`Reader::optional`], also found under its older names.
    pub fn optional_alias(
        &mut self,
        name: &'static str,
        aliases: &[&str],
        help: &'static str,
    ) -> Option<String> {
        let found = self.look_up(name, aliases, false);
        self.keep(name, help, String::new(), found.as_ref().map(|(v, o)| (v.as_str(), *o)), false);
        found.map(|(value, _)| value).filter(|value| !value.is_empty())
    }

    /// A value that is never shown; also read from the file named by `NAME_FILE`.
    pub fn secret(&mut self, name: &'static str, help: &'static str) -> Option<SecretString> {
        let found = self.look_up(name, &[], true);
        self.keep(name, help, String::new(), found.as_ref().map(|(v, o)| (v.as_str(), *o)), true);
        found.map(|(value, _)| value).filter(|value| !value.is_empty()).map(SecretString::from)
    }

    /// Comma-separated values, each read by `parse`.
    pub fn list<T>(
        &mut self,
        name: &'static str,
        default: &str,
        help: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let found = self.look_up(name, &[], false);
        self.keep(name, help, default.to_owned(), found.as_ref().map(|(v, o)| (v.as_str(), *o)), false);
        let text = found.map_or_else(|| default.to_owned(), |(value, _)| value);
        let mut items = Vec::new();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            match parse(item) {
                Ok(value) => items.push(value),
                Err(problem) => self.problems.push(format!("{name} has “{item}”, which {problem}.")),
            }
        }
        items
    }

    /// All settings that were asked for, and every problem; unknown names in the file are problems too.
    #[must_use]
    pub fn finish(mut self) -> (Vec<Setting>, Vec<String>) {
        for name in self.sources.file.keys() {
            if !self.settings.iter().any(|setting| setting.name == name) {
                self.problems.push(format!(
                    "frontdesk.toml has {}, which is no setting: see .env.example for the list.",
                    name.to_lowercase()
                ));
            }
        }
        (self.settings, self.problems)
    }
}
