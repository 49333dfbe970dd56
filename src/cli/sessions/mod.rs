//! `frontdesk sessions`: ending sessions from the terminal, a few or a million.
//!
//! The work is a row of the database: a command that was killed goes on when it is started again with the same
//! arguments, and an instance that serves goes on with it in the meantime.

mod arguments;
mod list;
mod report;
mod show;

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};

use self::arguments::Wanted;
use self::list::List;
use self::report::Report;
use self::show::Show;
use super::{Failure, Global};
use crate::access::OrganizationId;
use crate::app::App;
use crate::error::AppError;
use crate::revocations::terminal;
use crate::revocations::{Outcome, Revocation, RunState, actions, run};
use crate::{organizations, server};

/// Partly done.
const PARTLY: u8 = 2;
/// How often is looked how far another process is.
const LOOK: Duration = Duration::from_millis(500);

#[derive(Debug, Subcommand)]
pub(super) enum Sessions {
    /// End sessions: of users, of a list, of one family, or all that match.
    Revoke(Revoke),
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(true))]
pub(super) struct Revoke {
    /// Ids or addresses of users.
    #[arg(long, value_delimiter = ',', value_name = "USER,…", group = "which", conflicts_with_all = ["file", "family", "resume"])]
    users: Vec<String>,
    /// A file (or pipe) with an id or an address a line; # at the start or after a space begins a comment, blank
    /// lines are left out.
    #[arg(long, value_name = "FILE", group = "which", conflicts_with_all = ["family", "resume"])]
    file: Option<std::path::PathBuf>,
    /// A token family.
    #[arg(long, value_name = "ID", group = "which", conflicts_with_all = ["filter", "resume"])]
    family: Option<String>,
    /// Only sessions with this: `last_seen_before`, `signed_in_before` (a day or a time), `ip_range`, `role`,
    /// country, kind or user. May be given several times; all must hold.
    #[arg(long, value_name = "NAME=VALUE", group = "which", conflicts_with = "resume")]
    filter: Vec<String>,
    /// Go on with a revocation that was begun before.
    #[arg(long, value_name = "ID", group = "which")]
    resume: Option<String>,
    /// Why; the people concerned read it.
    #[arg(long, required_unless_present_any = ["dry_run", "resume"])]
    reason: Option<String>,
    /// Only count.
    #[arg(long, conflicts_with = "resume")]
    dry_run: bool,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    /// Whose sessions: the short name of an organization.
    #[arg(long, default_value = organizations::DEFAULT, value_name = "NAME")]
    organization: String,
}

pub(super) fn run_command(global: &Global, command: &Sessions) -> Result<ExitCode, Failure> {
    let Sessions::Revoke(options) = command;
    let wanted = Wanted::read(options).map_err(Failure::Usage)?;
    let app = global.app()?;
    actix_web::rt::System::new().block_on(revoke(&app, options, wanted))
}

async fn revoke(app: &App, options: &Revoke, wanted: Wanted) -> Result<ExitCode, Failure> {
    server::prepare(app).await?;
    let slug = options.organization.clone();
    let organization = app.db.read(move |c| organizations::by_slug(c, &slug)).await?;
    let organization = organization.ok_or_else(|| {
        Failure::Usage(format!("--organization: there is none with the short name {}.", options.organization))
    })?;
    if let Some(family) = wanted.family()
        && !terminal::has_family(app, &organization.id, family).await?
    {
        return Err(Failure::Usage(format!("--family: there is no token family {family}.")));
    }
    if options.dry_run {
        return dry_run(app, &organization.id, &wanted).await;
    }
    let opened = match &wanted.resume {
        Some(id) => {
            let run = terminal::find(app, &organization.id, id).await?;
            run.ok_or_else(|| Failure::Usage(format!("--resume: there is no revocation {id}.")))?
        }
        None => begin(app, options, &organization.id, &wanted).await?,
    };
    let begun = opened.clone();
    match carry_out(app, opened, &wanted).await {
        Ok(done) => finish(app, &options.organization, &done).await,
        Err(failure @ Failure::Usage(_)) => Err(failure),
        Err(failure) => {
            // What was ended until then is told as well.
            let run = terminal::status(app, &begun.id).await.unwrap_or(begun);
            let report = Report::of_failed(app, &options.organization, &run, failure.to_string()).await;
            writeln!(std::io::stdout(), "{}", report.write(app)?.display())?;
            Err(failure)
        }
    }
}

/// Asks, and begins; or finds what an earlier process has begun.
async fn begin(
    app: &App,
    options: &Revoke,
    organization: &OrganizationId,
    wanted: &Wanted,
) -> Result<Revocation, Failure> {
    let (Some(selection), Some(reason)) = (&wanted.selection, &wanted.reason) else {
        return Err(Failure::Usage("--reason is missing.".to_owned()));
    };
    if !options.yes {
        let counted = count(app, organization, wanted).await?;
        confirm(counted.matched)?;
    }
    let opened = terminal::open(app, organization, selection, reason).await?;
    if opened.goes_on {
        eprintln!("Going on with the revocation {}.", opened.run.id);
    } else {
        eprintln!("Revocation {}", opened.run.id);
    }
    Ok(opened.run)
}

/// What a dry run counts.
struct Counted {
    matched: i64,
    unknown: usize,
}

async fn count(app: &App, organization: &OrganizationId, wanted: &Wanted) -> Result<Counted, Failure> {
    let Some(selection) = &wanted.selection else { return Ok(Counted { matched: 0, unknown: 0 }) };
    match &wanted.list {
        None => {
            let now = app.clock.now();
            let matched = actions::preview(app, organization, &selection.filter, None, now).await?;
            Ok(Counted { matched, unknown: 0 })
        }
        Some(list) => {
            let (matched, unknown) = list.count(app, organization, &selection.filter).await?;
            Ok(Counted { matched, unknown })
        }
    }
}

async fn dry_run(app: &App, organization: &OrganizationId, wanted: &Wanted) -> Result<ExitCode, Failure> {
    let counted = count(app, organization, wanted).await?;
    writeln!(std::io::stdout(), "{} sessions would be ended.", counted.matched)?;
    Ok(if counted.unknown == 0 { ExitCode::SUCCESS } else { ExitCode::from(PARTLY) })
}

fn confirm(matched: i64) -> Result<(), Failure> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return Err(Failure::Usage("Add --yes where nobody can be asked.".to_owned()));
    }
    ask(matched, &mut input.lock(), &mut std::io::stderr())
}

/// Asks for the number to be typed.
fn ask(matched: i64, input: &mut impl BufRead, output: &mut impl Write) -> Result<(), Failure> {
    write!(output, "{matched} sessions will be ended. Type {matched} to go on: ")?;
    output.flush()?;
    let mut line = String::new();
    input.read_line(&mut line)?;
    if line.trim() == matched.to_string() {
        return Ok(());
    }
    Err(Failure::Failed("Nothing was ended.".to_owned()))
}

/// Works until it is over, here or elsewhere.
async fn carry_out(app: &App, mut run_: Revocation, wanted: &Wanted) -> Result<Revocation, Failure> {
    let id = run_.id.clone();
    let mut show = Show::new();
    loop {
        if run_.state.is_over() {
            show.end(&run_);
            return Ok(run_);
        }
        if terminal::is_preparing(&run_) && terminal::claim(app, &id).await? {
            let list: Option<&List> = wanted.list.as_ref();
            let (Some(list), Some(selection)) = (list, &wanted.selection) else {
                return Err(Failure::Usage(
                    "The list was not read whole: start it with the same arguments.".to_owned(),
                ));
            };
            list.keep(app, &run_).await?;
            terminal::begin(app, &run_, selection).await?;
        }
        match run(app, &id, None, None, |run| show.progress(run)).await {
            Ok(Outcome::Over) => {}
            Ok(Outcome::Elsewhere | Outcome::Paused) => tokio::time::sleep(LOOK).await,
            // Another process held the database for long: what is left waits for it.
            Err(AppError::Unavailable(cause)) => {
                tracing::warn!(%cause, "the database does not answer; trying again");
                tokio::time::sleep(LOOK).await;
            }
            Err(error) => return Err(error.into()),
        }
        run_ = terminal::status(app, &id).await?;
        show.progress(&run_);
    }
}

async fn finish(app: &App, organization: &str, run: &Revocation) -> Result<ExitCode, Failure> {
    let report = Report::of(app, organization, run).await?;
    for line in report.unknown() {
        eprintln!("line {}: no such user: {}", line.line, line.text);
    }
    let path = report.write(app)?;
    writeln!(std::io::stdout(), "{}", path.display())?;
    Ok(match run.state {
        RunState::Done if report.is_whole() => ExitCode::SUCCESS,
        RunState::Done | RunState::Cancelled => ExitCode::from(PARTLY),
        RunState::Failed | RunState::Preparing | RunState::Running => ExitCode::FAILURE,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_number_that_was_asked_about_goes_on() {
        for (typed, goes_on) in
            [("12\n", true), (" 12 \n", true), ("11\n", false), ("yes\n", false), ("", false)]
        {
            let mut asked = Vec::new();
            assert_eq!(ask(12, &mut typed.as_bytes(), &mut asked).is_ok(), goes_on, "{typed:?}");
            assert_eq!(String::from_utf8(asked).unwrap(), "12 sessions will be ended. Type 12 to go on: ");
        }
    }
}
