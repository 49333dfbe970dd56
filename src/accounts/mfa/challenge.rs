//! The second step of a sign-in: the password was right, a factor is asked for, then the session opens.

use secrecy::{ExposeSecret, SecretString};

use super::alarm;
use super::factor::{self, Code};
use super::model::{ChallengeId, Factors, PASSKEY_LIMIT, Purpose, SECOND_STEP, SIGN_IN_LIMIT, TRIES};
use super::passkeys::{self, Answer, Question};
use super::store;
use crate::access::{Act, UserId};
use crate::accounts::devices::Presented;
use crate::accounts::model::Refusal;
use crate::accounts::sign_in::{self, Admitted, Refused as NotOpen};
use crate::accounts::tokens::fingerprint;
use crate::accounts::{User, hold};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::error::AppError;
use crate::limits;
use crate::sessions::api_tokens::Pair;

/// How far a right password leads.
#[derive(Debug)]
pub enum Step<T> {
    /// In.
    Done(T),
    /// To the challenge with this token.
    SecondFactor(SecretString),
}

/// What is shown.
#[derive(Clone, Debug)]
pub enum Proof {
    Code(Code),
    Passkey(Answer),
}

/// Why the door stays closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Not right; so many tries are left.
    Wrong { left: i64 },
    /// Too late, too many tries, or answered before: it begins again with the password.
    Over,
    /// The account was closed meanwhile.
    NotOpen(NotOpen),
}

impl From<Refused> for AppError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Wrong { .. } => Self::Unauthorized {
                code: "invalid_code",
                message: "The code is not right, or was used before. Wait for the next one.".to_owned(),
            },
            Refused::Over => Self::Unauthorized {
                code: "mfa_token_invalid",
                message: "The sign-in took too long or had too many tries. Begin again.".to_owned(),
            },
            Refused::NotOpen(refused) => refused.into(),
        }
    }
}

/// Begins the second step for a user whose password was right. Call it in a write transaction.
pub fn begin(
    c: &mut Connection,
    app: &App,
    purpose: Purpose,
    user: &UserId,
    now: Timestamp,
) -> diesel::QueryResult<SecretString> {
    let token = hex::encode(app.random.bytes::<32>());
    let new = store::challenges::New {
        id: &ChallengeId::new(&app.random, now),
        purpose,
        user_id: Some(user),
        hash: fingerprint(&token),
        sealed_state: None,
        tries: 0,
        created_at: now,
        expires_at: now.plus(SECOND_STEP),
    };
    store::challenges::insert(c, &new)?;
    Ok(token.into())
}

/// Who is asked by a challenge that is still open, and what they can show.
pub async fn asked(
    app: &App,
    purpose: Purpose,
    token: &SecretString,
    now: Timestamp,
) -> Result<Option<(UserId, Factors)>, AppError> {
    let token = token.clone();
    app.db
        .read(move |c| {
            let row = store::challenges::find(c, purpose, token.expose_secret(), now)?;
            let Some(user) = row.and_then(|row| row.user_id) else { return Ok::<_, AppError>(None) };
            let factors = store::factors(c, &user)?;
            Ok(Some((user, factors)))
        })
        .await
}

/// Asks the passkeys of whom a challenge asks; `None` when it is over, or they have none.
pub async fn ask_passkeys(app: &App, act: &Act, token: &SecretString) -> Result<Option<Question>, AppError> {
    match asked(app, Purpose::BrowserSignIn, token, act.at).await? {
        Some((user, _)) => passkeys::ask_known(app, act, &user).await,
        None => Ok(None),
    }
}

/// Opens the session of a person who shows a factor.
pub async fn answer_browser(
    app: &App,
    act: &Act,
    token: &SecretString,
    proof: &Proof,
    device: &Presented,
) -> Result<Result<Admitted, Refused>, AppError> {
    let device = device.clone();
    let open = move |c: &mut Connection, app: &App, act: &Act, user: User| {
        sign_in::open_browser(c, app, act, user, &device)
    };
    answer(app, act, (Purpose::BrowserSignIn, token), proof, open).await
}

/// Opens the session of a program whose person shows a factor.
pub async fn answer_api(
    app: &App,
    act: &Act,
    token: &SecretString,
    proof: &Proof,
) -> Result<Result<Pair, Refused>, AppError> {
    let open = |c: &mut Connection, app: &App, act: &Act, user: User| sign_in::open_api(c, app, act, &user);
    answer(app, act, (Purpose::ApiSignIn, token), proof, open).await
}

/// `open` opens the session, in the transaction of the answer.
async fn answer<T: Send + 'static>(
    app: &App,
    act: &Act,
    (purpose, token): (Purpose, &SecretString),
    proof: &Proof,
    open: impl FnOnce(&mut Connection, &App, &Act, User) -> Result<Result<T, NotOpen>, AppError> + Send + 'static,
) -> Result<Result<T, Refused>, AppError> {
    let Some((user, _)) = asked(app, purpose, token, act.at).await? else { return Ok(Err(Refused::Over)) };
    limits::take(app, SIGN_IN_LIMIT, &[format!("user:{user}")]).await?;
    let (app_, act, token, proof) = (app.clone(), act.clone(), token.clone(), proof.clone());
    app.db
        .write(move |c| {
            // Whoever changes the password ends the challenge, in this order too.
            let user = hold::row(c, &user)?.ok_or(AppError::NotFound)?;
            let row = store::challenges::find(c, purpose, token.expose_secret(), act.at)?;
            let Some(row) = row else { return Ok::<_, AppError>(Err(Refused::Over)) };
            if !store::challenges::count_try(c, &row.id)? {
                return Ok(Err(Refused::Over));
            }
            let act = act.known_as(&user.id, user.name.as_str());
            let right = match &proof {
                Proof::Code(code) => factor::spend(c, &app_, &act, &user, code)?,
                Proof::Passkey(answer) => passkeys::proves(c, &app_, &act, &user.id, answer)?,
            };
            if !right {
                let left = TRIES - row.tries - 1;
                if left == 0 {
                    alarm::sound(c, &app_, &act, &user)?;
                }
                return Ok(Err(Refused::Wrong { left }));
            }
            store::challenges::use_up(c, &row.id, act.at)?;
            Ok(open(c, &app_, &act, user)?.map_err(Refused::NotOpen))
        })
        .await
}

/// Asks any passkey of this site, for a sign-in without a password.
pub async fn ask_anyone(app: &App, act: &Act) -> Result<Question, AppError> {
    limits::take(app, PASSKEY_LIMIT, &[limits::by_ip(act)]).await?;
    passkeys::ask_anyone(app, act).await
}

/// Opens the session of whom a passkey says it belongs to: it is something one has and something one knows
/// or is, so nothing else is asked for.
pub async fn by_passkey(
    app: &App,
    act: &Act,
    answer: &Answer,
    device: &Presented,
) -> Result<Result<Admitted, Refused>, AppError> {
    let (app_, act, answer, device) = (app.clone(), act.clone(), answer.clone(), device.clone());
    app.db
        .write(move |c| {
            let Some(user) = passkeys::identifies(c, &app_, &act, &answer)? else {
                return Ok::<_, AppError>(Err(Refused::Wrong { left: 0 }));
            };
            let user = hold::row(c, &user.id)?.ok_or(AppError::NotFound)?;
            // Taken away by staff, or with a change of address: nobody comes in before a new one was chosen.
            if user.password_hash.is_none() {
                return Ok(Err(Refused::NotOpen(NotOpen::Account(Refusal::PasswordNeeded))));
            }
            let act = act.known_as(&user.id, user.name.as_str());
            Ok(sign_in::open_browser(c, &app_, &act, user, &device)?.map_err(Refused::NotOpen))
        })
        .await
}

/// Removes challenges that were over long ago; answers how many.
pub async fn sweep(app: App) -> Result<usize, AppError> {
    const BATCH: i64 = 1_000;
    let before = app.clock.now().minus(SECOND_STEP);
    let mut removed = 0;
    loop {
        let batch = app.db.write(move |c| store::challenges::remove_over(c, before, BATCH)).await?;
        removed += batch;
        if i64::try_from(batch).unwrap_or(i64::MAX) < BATCH {
            return Ok(removed);
        }
    }
}
