//! `frontdesk serve`: the server, until it is told to stop.

use std::io::Write;
use std::process::ExitCode;

use secrecy::{ExposeSecret, SecretString};

use super::{Failure, Global, Serve};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::demo::{self, Place};
use crate::ids::Random;
use crate::{accounts, health, logging, server};

pub(super) fn run(global: &Global, options: &Serve) -> Result<ExitCode, Failure> {
    if options.demo {
        return run_demo(global, options);
    }
    start(global.config(&flags(options))?, None)
}

fn flags(options: &Serve) -> Vec<(&'static str, Option<String>)> {
    vec![
        ("PORT", options.port.map(|port| port.to_string())),
        ("BIND", options.bind.map(|bind| bind.to_string())),
    ]
}

/// The demo's own place and password.
struct Show {
    place: Place,
    password: SecretString,
}

fn run_demo(global: &Global, options: &Serve) -> Result<ExitCode, Failure> {
    let random = Random::system();
    let place = Place::new(global.data_dir.as_deref())?;
    let mut flags = flags(options);
    flags.extend(demo::settings(&place, &random)?.into_iter().map(|(name, value)| (name, Some(value))));
    let mut config = global.config(&flags)?;
    demo::choose_port(&mut config);
    let password = demo::password(config.demo.password.as_ref(), &random).map_err(Failure::Usage)?;
    // A temporary place goes away when this is dropped, after everything that used it.
    let show = Show { place, password };
    start(config, Some(&show))
}

fn start(config: Config, show: Option<&Show>) -> Result<ExitCode, Failure> {
    logging::start(&config.logging).map_err(Failure::Usage)?;
    let app = App::new(config, Clock::system(), Random::system())?;
    actix_web::rt::System::new().block_on(serve(app, show))
}

async fn serve(app: App, show: Option<&Show>) -> Result<ExitCode, Failure> {
    let signals = server::StopSignals::listen()?;
    let running = if let Some(show) = show {
        open_show(&app, show).await?
    } else {
        server::prepare(&app).await?;
        server::start(&app)?
    };
    if let Some(link) = accounts::setup::first_start(&app).await? {
        eprintln!("No operator exists yet. Open this link within an hour to create the first one:\n  {link}");
    }
    // Ready is said when a probe would say so too.
    health::run_all(&app).await;
    announce(&app, &running)?;
    let background = server::background(&app);
    actix_web::rt::spawn(signals.stop(app.clone(), running.handle.clone()));
    running.wait().await?;
    background.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Starts listening before the data is made, since mails have links to where we listen.
async fn open_show(app: &App, show: &Show) -> Result<server::Running, Failure> {
    let found = demo::look(app).await?;
    if let Some(sentence) = found.refusal() {
        return Err(Failure::Usage(sentence.to_owned()));
    }
    server::prepare(app).await?;
    let running = server::start(app)?;
    demo::prepare(app, found, &show.password).await?;
    let url = running.url.as_str().trim_end_matches('/');
    eprintln!("{}", demo::guide(url, &show.place, show.password.expose_secret()));
    Ok(running)
}

/// One line for programs that started us: where we listen and where the data is.
fn announce(app: &App, running: &server::Running) -> Result<(), Failure> {
    let url = running.url.as_str().trim_end_matches('/');
    let mut out = std::io::stdout().lock();
    writeln!(out, "ready url={url} data={}", app.config.database.data_dir.display())?;
    out.flush()?;
    Ok(())
}
