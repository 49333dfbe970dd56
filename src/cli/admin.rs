//! `frontdesk admin`: staff accounts from the terminal. A password is never an argument, since
//! arguments are seen by every process of the machine.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

use secrecy::SecretString;

use super::{Failure, Global};
use crate::access::{Act, Role};
use crate::accounts::mfa::reset;
use crate::accounts::setup::{self, NewStaff};
use crate::error::AppError;
use crate::mail::{DisplayName, EmailAddress};
use crate::server;

pub(super) fn create(
    global: &Global,
    email: &str,
    name: Option<&str>,
    role: &str,
) -> Result<ExitCode, Failure> {
    let email = EmailAddress::parse(email).map_err(|error| Failure::Usage(format!("--email: {error}")))?;
    let name = name.unwrap_or(email.local()).to_owned();
    let name = DisplayName::parse(&name).map_err(|error| Failure::Usage(format!("--name: {error}")))?;
    let role = Role::parse(role).filter(|role| role.is_staff());
    let role = role.ok_or_else(|| {
        Failure::Usage("--role must be reviewer, analyst, support, admin or operator.".to_owned())
    })?;
    let app = global.app()?;
    let password = read_password()?;
    let staff = NewStaff { email: email.clone(), name, role, password };
    let act = Act::by_command(app.clock.now());
    actix_web::rt::System::new().block_on(async {
        server::prepare(&app).await?;
        setup::create_staff(&app, &act, staff).await.map_err(AppError::from)
    })?;
    eprintln!("Created {email} with the role {role}.");
    Ok(ExitCode::SUCCESS)
}

pub(super) fn reset_mfa(global: &Global, email: &str) -> Result<ExitCode, Failure> {
    let email = EmailAddress::parse(email).map_err(|error| Failure::Usage(format!("--email: {error}")))?;
    let app = global.app()?;
    let act = Act::by_command(app.clock.now());
    let done = actix_web::rt::System::new().block_on(async {
        server::prepare(&app).await?;
        reset::at_terminal(&app, &act, &email).await
    });
    match done {
        Ok(Ok(user)) => {
            eprintln!("Reset the second factor of {} and signed them out everywhere.", user.email);
            Ok(ExitCode::SUCCESS)
        }
        Ok(Err(refused)) => Err(Failure::Failed(refused.to_string())),
        Err(AppError::NotFound) => Err(Failure::Failed(format!("Nobody has the address {email}."))),
        Err(error) => Err(error.into()),
    }
}

fn read_password() -> Result<SecretString, Failure> {
    if !std::io::stdin().is_terminal() {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        return Ok(SecretString::from(line.trim_end_matches(['\r', '\n']).to_owned()));
    }
    let first = rpassword::prompt_password("Password: ")?;
    if rpassword::prompt_password("The same again: ")? != first {
        return Err(Failure::Failed("The two passwords differ; nothing was created.".to_owned()));
    }
    Ok(SecretString::from(first))
}
