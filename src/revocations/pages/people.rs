//! Ending the sessions of a list of people, typed or as a file: kept, looked at, counted, confirmed.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::many::{Confirmation, Confirmed, Refused, count, go_on};
use crate::access::Actor;
use crate::error::AppError;
use crate::paths;
use crate::revocations::drafts;
use crate::revocations::lines;
use crate::revocations::model::Revocation;
use crate::revocations::store;
use crate::revocations::views::{self, Ask, Counted, Typed};
use crate::web::guard::{Fresh, RevokeSessions};
use crate::web::upload::{Content, Parts};
use crate::web::{Context, Form, Page, SeeOther, Upload};

/// The name of the file's field.
pub(in crate::revocations) const FILE: &str = "file";
/// The name of the field for a typed list.
pub(in crate::revocations) const LIST: &str = "list";
/// The largest file.
pub(in crate::revocations) const MAX_BYTES: usize = 1024 * 1024;
/// Unknown lines that are shown.
const UNKNOWN: i64 = 20;

/// `GET /revocations/people`
pub async fn form(_: Fresh<RevokeSessions>, context: Context) -> Page {
    form_page(&context, "", None)
}

fn form_page(context: &Context, typed: &str, error: Option<(&str, &str)>) -> Page {
    let main = views::people_form(context.csrf(), typed, error);
    let page = Page::console("End the sessions of a list", main).parent("Sessions", paths::SESSIONS);
    if error.is_some() { page.refused() } else { page }
}

/// A list that was typed.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct TypedList {
    #[serde(default)]
    list: String,
}

/// `POST /revocations/people`: keeps the list; ends nothing yet.
pub async fn keep_typed(
    who: Fresh<RevokeSessions>,
    context: Context,
    Form(sent): Form<TypedList>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    keep(&context, &who.actor, lines::read(sent.list.as_bytes()), (LIST, &sent.list), &request).await
}

/// The form with the file.
#[derive(Debug)]
pub struct ListParts;

impl Parts for ListParts {
    const FIELDS: &'static [&'static str] = &[];
    const MAX_FILES: usize = 1;
    const MAX_FILE_BYTES: usize = MAX_BYTES;

    fn takes_file(name: &str) -> bool {
        name == FILE
    }
}

/// `POST /revocations/people/file`: the same with a file.
pub async fn keep_file(
    who: Fresh<RevokeSessions>,
    context: Context,
    sent: Upload<ListParts>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let problem = match sent.files.list.into_iter().next().map(|file| file.content) {
        Some(Content::Whole(bytes)) => {
            return keep(&context, &who.actor, lines::read(&bytes), (FILE, ""), &request).await;
        }
        Some(Content::TooLarge) => "The file is larger than 1 MB. Send it in parts, or use the command line.",
        None => "Choose a file.",
    };
    Ok(form_page(&context, "", Some((FILE, problem))).answer(&request))
}

async fn keep(
    context: &Context,
    actor: &Actor,
    lines: Vec<(i64, String)>,
    (field, typed): (&str, &str),
    request: &HttpRequest,
) -> Result<HttpResponse, AppError> {
    Ok(match drafts::keep(&context.app, &context.act(), &actor.organization, lines).await? {
        Ok(run) => SeeOther::to(paths::revocation(&run.id)).answer(request),
        Err(problem) => form_page(context, typed, Some((field, &problem))).answer(request),
    })
}

/// The page of a list that waits for its confirmation.
pub(super) async fn ask(
    context: &Context,
    actor: &Actor,
    run: &Revocation,
    shown: Option<Counted>,
    typed: &Typed,
) -> Result<Page, AppError> {
    let selection = run.selection().map_err(AppError::internal)?;
    let counted = match shown {
        Some(shown) => shown,
        None => count(context, actor, &selection.filter, Some(&run.id), context.now).await?,
    };
    let id = run.id.clone();
    let (counts, unknown) = context
        .app
        .db
        .read(move |c| {
            let counts = store::line_counts(c, &id)?;
            Ok::<_, AppError>((counts, store::unknown_lines(c, &id, UNKNOWN)?))
        })
        .await?;
    let (action, words) = (paths::revocation_begin(&run.id), selection.words());
    let ask = Ask { action: &action, words: &words, selected: "", counted, typed, csrf: context.csrf() };
    let main = views::ask_people(&ask, &counts, &unknown);
    let page = Page::console(ask.title(), main).parent("Sessions", paths::SESSIONS);
    Ok(if typed.errors.is_empty() { page } else { page.refused() })
}

/// `POST /revocations/{id}/begin`
pub async fn begin(
    who: Fresh<RevokeSessions>,
    context: Context,
    id: Path<String>,
    Form(sent): Form<Confirmation>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let run = super::find(&context, &who.actor.organization, &id).await?;
    if !run.awaits_confirmation {
        // Sent twice: it is under way.
        return Ok(SeeOther::to(paths::revocation(&run.id)).answer(&request));
    }
    let filter = run.selection().map_err(AppError::internal)?.filter;
    let confirmed = match sent.check(&context, &who.actor, &filter, Some(&run.id)).await? {
        Ok(confirmed) => confirmed,
        Err(Refused { shown, typed }) => {
            return Ok(ask(&context, &who.actor, &run, Some(shown), &typed).await?.answer(&request));
        }
    };
    let Confirmed { filter, reason, counted_at } = confirmed;
    let confirmation = drafts::Confirmation { filter, reason, counted_at };
    let (app, act) = (&context.app, context.act());
    let receipt = drafts::confirm(app, &act, &who.actor.organization, &run.id, confirmation).await?;
    Ok(go_on(&receipt).answer(&request))
}
