//! The API of second factors: `/auth/mfa` and `/auth/confirm`.

use actix_session::Session;
use actix_web::HttpResponse;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::challenge::{self, Proof};
use super::model::Purpose;
use super::step_up::{self, Shown};
use super::{Code, Factors};
use crate::access::FRESH;
use crate::accounts::api::Tokens;
use crate::app::App;
use crate::clock::Timestamp;
use crate::error::AppError;
use crate::sessions;
use crate::web::errors::Problem;
use crate::web::{Anyone, Context, Json, SignedIn};

/// How a factor is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Six digits of the authenticator app.
    Totp,
    RecoveryCode,
}

impl Method {
    fn code(self, text: &SecretString) -> Code {
        match self {
            Self::Totp => Code::Totp(text.clone()),
            Self::RecoveryCode => Code::Recovery(text.clone()),
        }
    }

    /// What a program can show for a user. A passkey signs in on the website only.
    fn of(factors: &Factors) -> Vec<Self> {
        let app = factors.app_since.map(|_| Self::Totp);
        let code = (factors.codes_left > 0).then_some(Self::RecoveryCode);
        app.into_iter().chain(code).collect()
    }
}

/// The password was right; a second factor is asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecondStep {
    /// Sent with the code within 10 minutes.
    mfa_token: String,
    /// What can be shown.
    methods: Vec<Method>,
}

impl SecondStep {
    pub(crate) async fn of(app: &App, token: &SecretString, now: Timestamp) -> Result<Self, AppError> {
        let asked = challenge::asked(app, Purpose::ApiSignIn, token, now).await?;
        let methods = asked.map(|(_, factors)| Method::of(&factors)).unwrap_or_default();
        Ok(Self { mfa_token: token.expose_secret().to_owned(), methods })
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    #[schema(value_type = String)]
    mfa_token: SecretString,
    method: Method,
    #[schema(value_type = String, example = "123456")]
    code: SecretString,
}

/// Ends a sign-in that asked for a second factor.
#[utoipa::path(post, path = "/api/v1/auth/mfa", tag = "auth", request_body = Answer, responses(
    (status = 200, description = "Signed in", body = Tokens),
    (status = 400, description = "The body cannot be read", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "`invalid_code`; `mfa_token_invalid` after 10 minutes, 5 wrong codes or the first right one", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "The account was closed meanwhile: `account_suspended`, `account_banned`, `password_change_required`", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "Too many codes of this user", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "The database is away", body = Problem, content_type = "application/problem+json"),
))]
pub async fn answer(_: Anyone, context: Context, Json(sent): Json<Answer>) -> Result<HttpResponse, AppError> {
    let proof = Proof::Code(sent.method.code(&sent.code));
    let pair = challenge::answer_api(&context.app, &context.act(), &sent.mfa_token, &proof).await?;
    Ok(HttpResponse::Ok().json(Tokens::from(pair?)))
}

/// How it is shown that it is still the same person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmMethod {
    Totp,
    RecoveryCode,
    /// Only while there is no second factor.
    Password,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    method: ConfirmMethod,
    /// For `totp` and `recovery_code`.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "123456")]
    code: Option<SecretString>,
    /// For `password`.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<SecretString>,
}

impl Confirmation {
    fn shown(self) -> Result<Shown, AppError> {
        let needed = |field: &str, value: Option<SecretString>| {
            value.ok_or_else(|| AppError::invalid(field, format!("Send the {field}.")))
        };
        Ok(match self.method {
            ConfirmMethod::Password => Shown::Password(needed("password", self.password)?),
            ConfirmMethod::Totp => Shown::Factor(Proof::Code(Code::Totp(needed("code", self.code)?))),
            ConfirmMethod::RecoveryCode => {
                Shown::Factor(Proof::Code(Code::Recovery(needed("code", self.code)?)))
            }
        })
    }
}

/// Until when dangerous acts are open.
#[derive(Debug, Serialize, ToSchema)]
pub struct Confirmed {
    #[schema(value_type = String, format = DateTime)]
    fresh_until: Timestamp,
}

/// Shows a factor again, as acts that answer `fresh_factor_required` ask for.
#[utoipa::path(post, path = "/api/v1/auth/confirm", tag = "auth", request_body = Confirmation, responses(
    (status = 200, description = "Dangerous acts are open for 10 minutes", body = Confirmed),
    (status = 400, description = "The body cannot be read", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in, or `invalid_code`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`password_change_required`; with the cookie of a browser `csrf` or `cross_site`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "The code or the password is missing, or the password is not enough", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "More than 5 tries within 15 minutes", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Too many at once", body = Problem, content_type = "application/problem+json"),
))]
pub async fn confirm(
    SignedIn(actor): SignedIn,
    context: Context,
    session: Session,
    Json(sent): Json<Confirmation>,
) -> Result<HttpResponse, AppError> {
    let shown = sent.shown()?;
    if let Some(opened) = step_up::confirm(&context.app, &context.act(), &actor, &shown).await?? {
        sessions::remember(&session, &opened)?;
    }
    Ok(HttpResponse::Ok().json(Confirmed { fresh_until: context.now.plus(FRESH) }))
}
