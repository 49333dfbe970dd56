//! Deciding a case, and the preview of the mail it brings.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, Responder};

use super::{case, case_id};
use crate::access::Actor;
use crate::documents::CaseId;
use crate::error::AppError;
use crate::paths;
use crate::verifications::actions::{self, Decided};
use crate::verifications::decision::Verdict;
use crate::verifications::draft::Draft;
use crate::verifications::model::Refusal;
use crate::verifications::store::queue;
use crate::verifications::views::case::{CaseView, Notice};
use crate::verifications::views::decision::LIVE_REASON;
use crate::web::guard::DecideVerifications;
use crate::web::page::is_htmx;
use crate::web::{Allowed, Context, Form, Fragment, SeeOther};

/// The fields of the form, as they come.
type Fields = Form<Vec<(String, String)>>;

/// `POST /verifications/{id}/decision`
pub async fn decide(
    who: Allowed<DecideVerifications>,
    context: Context,
    id: Path<String>,
    Form(fields): Fields,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (id, draft, actor) = (case_id(&id)?, Draft::new(fields), &who.actor);
    let dossier = case::load(&context, actor, &id).await?;
    let outcome = match draft.decision(&dossier.documents) {
        // What is missing for an earlier version of the case is beside the point.
        _ if draft.version() != dossier.case.version => Err(Refusal::Stale),
        Ok(decision) => actions::decide(&context.app, &context.act(), actor, &id, decision).await?,
        Err(errors) => Err(Refusal::Invalid(errors)),
    };
    match outcome {
        Ok(decided) => {
            let next = next_case(&context, actor).await?;
            Ok(SeeOther::to(next).saying(told(&decided)).answer(&request))
        }
        Err(refusal @ (Refusal::OwnCase | Refusal::NoDocuments)) => Err(refusal.into()),
        Err(refusal) => refused(&context, actor, &id, (draft, refusal), &request).await,
    }
}

/// The case that waits longest, or the queue when none does.
async fn next_case(context: &Context, reviewer: &Actor) -> Result<String, AppError> {
    let (organization, user, now) = (reviewer.organization.clone(), reviewer.user.clone(), context.now);
    let next = context.app.db.read(move |c| queue::next_waiting(c, &organization, &user, now)).await?;
    Ok(next.map_or_else(|| paths::VERIFICATIONS.to_owned(), paths::verification))
}

fn told(decided: &Decided) -> String {
    let name = &decided.applicant_name;
    match decided.verdict {
        Verdict::Approve => format!("Approved {name}."),
        Verdict::Reject => format!("Rejected {name}."),
        Verdict::Resubmit => format!("Asked {name} for documents again."),
    }
}

/// The case as it is now with the form as it was typed.
async fn refused(
    context: &Context,
    reviewer: &Actor,
    id: &CaseId,
    (draft, refusal): (Draft, Refusal),
    request: &HttpRequest,
) -> Result<HttpResponse, AppError> {
    let dossier = case::load(context, reviewer, id).await?;
    let mut view = CaseView::new(context, reviewer, &dossier);
    view.draft = draft;
    view.notice = match refusal {
        Refusal::Invalid(errors) => Notice::Errors(errors),
        refusal => Notice::Conflict(refusal),
    };
    Ok(case::page(&view).answer(request))
}

/// `POST /verifications/{id}/decision/preview`: changes nothing.
pub async fn preview(
    who: Allowed<DecideVerifications>,
    context: Context,
    id: Path<String>,
    Form(fields): Fields,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let dossier = case::load(&context, &who.actor, &case_id(&id)?).await?;
    if !dossier.case.is_open_to(&who.actor.user, context.now) {
        return Err(Refusal::NotHeld.into());
    }
    let mut view = CaseView::new(&context, &who.actor, &dossier);
    view.draft = Draft::new(fields);
    view.notice = Notice::Preview;
    // While the message is being written, nothing else writes into it.
    let by_reason = request.headers().get("hx-trigger").is_none_or(|part| part == LIVE_REASON);
    if by_reason {
        view.draft.word_the_reason(dossier.organization.allow_resubmission);
    }
    if is_htmx(&request) {
        return Ok(Fragment(view.live_preview(by_reason)).respond_to(&request));
    }
    Ok(case::page(&view).answer(&request))
}
