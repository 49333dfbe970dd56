//! The API of verification cases: the same operations as the pages.

mod shapes;

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use utoipa::IntoParams;

pub use shapes::{CaseBody, CasePage, DecisionBody};

use shapes::Telling;

use crate::access::Actor;
use crate::audit::{self, Entry};
use crate::db::Connection;
use crate::documents::{self, CaseId, Document};
use crate::error::{AppError, FieldError};
use crate::organizations;
use crate::verifications::actions::{self, TARGET};
use crate::verifications::dossier::Dossier;
use crate::verifications::masking;
use crate::verifications::model::Refusal;
use crate::verifications::search::Search;
use crate::verifications::store::queue::{self, Tab, View};
use crate::web::errors::Problem;
use crate::web::guard::DecideVerifications;
use crate::web::pager::{Cursor, Direction, Limit, Place};
use crate::web::{Allowed, Context, Json, Query};

/// Which cases to list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// `waiting`, `mine`, `claimed`, `resubmission_asked`, `approved`, `rejected` or `all` (when left out).
    state: Option<String>,
    /// Words and operators, as in the console: `email:ada kind:passport overdue:yes before:2026-01-01`.
    q: Option<String>,
    /// 1 to 200, 50 when left out.
    #[serde(default)]
    #[param(value_type = Option<u8>, minimum = 1, maximum = 200)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl Listing {
    fn view(&self, reviewer: Actor, context: &Context) -> Result<View, AppError> {
        let refuse = |field: &str, message: String| AppError::BadRequest {
            code: "bad_query",
            message: message.clone(),
            errors: vec![FieldError::new(field, message)],
        };
        let state = self.state.as_deref().filter(|state| !state.is_empty()).unwrap_or("all");
        let known = "waiting, mine, claimed, resubmission_asked, approved, rejected or all";
        let tab = Tab::parse(state).ok_or_else(|| refuse("state", format!("state must be {known}.")))?;
        let search = Search::parse(self.q.as_deref().unwrap_or_default());
        if !search.problems.is_empty() {
            return Err(refuse("q", search.problems.join(" ")));
        }
        Ok(View {
            organization: reviewer.organization,
            reviewer: reviewer.user,
            tab,
            search,
            now: context.now,
        })
    }

    fn place(&self) -> Result<Place, AppError> {
        let Some(text) = self.cursor.as_deref().filter(|text| !text.is_empty()) else {
            return Ok(Place::default());
        };
        let cursor = Cursor::decode(text);
        let cursor = cursor.ok_or_else(|| {
            AppError::bad_request("bad_cursor", "Take the cursor from next_cursor of the page before.")
        })?;
        Ok(Place { cursor: Some(cursor), direction: Direction::Onward })
    }

    /// The address of the next page.
    fn next(&self, request: &HttpRequest, cursor: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("state", &self.state), ("q", &self.q)] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        query.append_pair("limit", &self.limit.0.to_string()).append_pair("cursor", cursor);
        format!("{}?{}", request.path(), query.finish())
    }
}

/// Cases of the organization, in the order of the console's lists.
#[utoipa::path(get, path = "/api/v1/verifications", tag = "verifications", params(Listing), responses(
    (status = 200, description = "A page; `Link` names the next one", body = CasePage),
    (status = 400, description = "`bad_query`, `bad_cursor`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`, `scope_missing`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    who: Allowed<DecideVerifications>,
    context: Context,
    Query(listing): Query<Listing>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (view, place, limit) = (listing.view(who.actor, &context)?, listing.place()?, listing.limit.0);
    let page = context.app.db.read(move |c| read_page(c, &view, &place, limit)).await?;
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = &page.next_cursor {
        let next = context.app.link(&listing.next(&request, cursor));
        response.insert_header((header::LINK, format!("<{next}>; rel=\"next\"")));
    }
    Ok(response.json(page))
}

fn read_page(c: &mut Connection, view: &View, place: &Place, limit: usize) -> Result<CasePage, AppError> {
    let mask = organizations::by_id(c, &view.organization)?.mask_until_claimed;
    let slice = queue::page(c, view, place, limit)?;
    let ids: Vec<&CaseId> = slice.items.iter().map(|row| &row.case.id).collect();
    let documents = documents::store::by_cases(c, &ids)?;
    let targets: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
    let entries = audit::for_targets(c, &view.organization, TARGET, &targets)?;
    let body = |row: &queue::Listed| {
        let case = &row.case;
        let documents: Vec<&Document> = documents.iter().filter(|one| one.case_id == case.id).collect();
        let entries: Vec<&Entry> = entries.iter().filter(|one| one.target_id == case.id.as_str()).collect();
        CaseBody::tell(Telling {
            case,
            name: &row.applicant_name,
            email: &row.applicant_email,
            documents: &documents,
            entries: &entries,
            hidden: masking::hides(case, mask, &view.reviewer, view.now),
            now: view.now,
        })
    };
    let items = slice.items.iter().map(body).collect();
    Ok(CasePage { items, next_cursor: slice.next.map(|cursor| cursor.encode()) })
}

async fn load(context: &Context, reviewer: &Actor, id: &CaseId) -> Result<CaseBody, AppError> {
    let (asker, id) = (reviewer.clone(), id.clone());
    let dossier = context.app.db.read(move |c| Dossier::load(c, &asker, &id)).await?;
    Ok(CaseBody::of(&dossier, &reviewer.user, context.now))
}

fn case_id(text: &str) -> Result<CaseId, AppError> {
    CaseId::parse(text).ok_or(AppError::NotFound)
}

/// One case.
#[utoipa::path(get, path = "/api/v1/verifications/{id}", tag = "verifications", params(("id" = String, Path)), responses(
    (status = 200, description = "The case", body = CaseBody),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`, `scope_missing`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such case in this organization", body = Problem, content_type = "application/problem+json"),
))]
pub async fn get(
    who: Allowed<DecideVerifications>,
    context: Context,
    id: Path<String>,
) -> Result<HttpResponse, AppError> {
    Ok(HttpResponse::Ok().json(load(&context, &who.actor, &case_id(&id)?).await?))
}

/// Takes a case for a while; taking it again renews the claim.
#[utoipa::path(post, path = "/api/v1/verifications/{id}/claim", tag = "verifications", params(("id" = String, Path)), responses(
    (status = 200, description = "The case, claimed", body = CaseBody),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`, `scope_missing`, `own_case`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such case in this organization", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`claimed` by another reviewer or closed (`stale`); `current` is the case", body = Problem, content_type = "application/problem+json"),
))]
pub async fn claim(
    who: Allowed<DecideVerifications>,
    context: Context,
    id: Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = case_id(&id)?;
    let claimed = actions::claim(&context.app, &context.act(), &who.actor, &id).await?;
    answer(&context, &who.actor, &id, claimed.err()).await
}

/// Gives a case back.
#[utoipa::path(post, path = "/api/v1/verifications/{id}/release", tag = "verifications", params(("id" = String, Path)), responses(
    (status = 200, description = "The case, waiting", body = CaseBody),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`, `scope_missing`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such case in this organization", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`not_claimed` by the caller; `current` is the case", body = Problem, content_type = "application/problem+json"),
))]
pub async fn release(
    who: Allowed<DecideVerifications>,
    context: Context,
    id: Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = case_id(&id)?;
    let released = actions::release(&context.app, &context.act(), &who.actor, &id).await?;
    answer(&context, &who.actor, &id, released.err()).await
}

/// Decides a case that the caller holds, or that nobody holds.
#[utoipa::path(post, path = "/api/v1/verifications/{id}/decision", tag = "verifications", params(("id" = String, Path)), request_body = DecisionBody, responses(
    (status = 200, description = "The case, decided", body = CaseBody),
    (status = 400, description = "`bad_json`, `no_documents`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`not_permitted`, `scope_missing`, `own_case`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such case in this organization", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`stale`: the case has changed; `claimed` by another reviewer; `account_closed`. `current` is the case", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "The decision is not complete or contradicts itself", body = Problem, content_type = "application/problem+json"),
))]
pub async fn decide(
    who: Allowed<DecideVerifications>,
    context: Context,
    id: Path<String>,
    Json(body): Json<DecisionBody>,
) -> Result<HttpResponse, AppError> {
    let id = case_id(&id)?;
    let decided = actions::decide(&context.app, &context.act(), &who.actor, &id, body.into()).await?;
    answer(&context, &who.actor, &id, decided.err()).await
}

/// The case as it is after what was asked for; in a conflict, beside the refusal.
async fn answer(
    context: &Context,
    reviewer: &Actor,
    id: &CaseId,
    refusal: Option<Refusal>,
) -> Result<HttpResponse, AppError> {
    let Some(refusal) = refusal else {
        return Ok(HttpResponse::Ok().json(load(context, reviewer, id).await?));
    };
    Err(match AppError::from(refusal) {
        AppError::Conflict { code, message, .. } => {
            let current = load(context, reviewer, id).await?;
            let current = Some(serde_json::to_value(current).map_err(AppError::internal)?);
            AppError::Conflict { code, message, current }
        }
        other => other,
    })
}
