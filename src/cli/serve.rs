//! `frontdesk serve`: the server, until it is told to stop.

use std::io::Write;
use std::process::ExitCode;

use super::{Failure, Global, Serve};
use crate::app::App;
use crate::clock::Clock;
use crate::ids::Random;
use crate::{accounts, health, logging, server};

pub(super) fn run(global: &Global, options: &Serve) -> Result<ExitCode, Failure> {
    let flags = [
        ("PORT", options.port.map(|port| port.to_string())),
        ("BIND", options.bind.map(|bind| bind.to_string())),
    ];
    let config = global.config(&flags)?;
    logging::start(&config.logging).map_err(Failure::Usage)?;
    let app = App::new(config, Clock::system(), Random::system())?;
    actix_web::rt::System::new().block_on(serve(app))
}

async fn serve(app: App) -> Result<ExitCode, Failure> {
    server::prepare(&app).await?;
    let running = server::start(&app)?;
    if let Some(link) = accounts::setup::first_start(&app).await? {
        eprintln!("No operator exists yet. Open this link within an hour to create the first one:\n  {link}");
    }
    // Ready is said when a probe would say so too.
    health::run_all(&app).await;
    announce(&app, &running)?;
    let background = server::background(&app);
    actix_web::rt::spawn(server::stop_on_signal(app.clone(), running.handle.clone()));
    running.wait().await?;
    background.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// One line for programs that started us: where we listen and where the data is.
fn announce(app: &App, running: &server::Running) -> Result<(), Failure> {
    let url = running.url.as_str().trim_end_matches('/');
    let mut out = std::io::stdout().lock();
    writeln!(out, "ready url={url} data={}", app.config.database.data_dir.display())?;
    out.flush()?;
    Ok(())
}
