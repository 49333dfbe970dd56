//! Ending many sessions: the rows that were picked, or all that match a search.
//!
//! What is typed to confirm is the number that was shown, with the moment at which it was counted: sessions opened
//! since are neither asked about nor ended. Whoever asks keeps their own session, unless they say otherwise.

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::access::{Actor, SessionId};
use crate::clock::Timestamp;
use crate::error::{AppError, FieldError};
use crate::paths;
use crate::revocations::actions::{self, Receipt, Request};
use crate::revocations::model::{Reason, RevocationId, Scope, Selection};
use crate::revocations::store;
use crate::revocations::views::{self, Ask, Counted, Typed};
use crate::sessions::filter::Filter;
use crate::sessions::search::Search;
use crate::web::forms::empty_is_none;
use crate::web::guard::{Fresh, RevokeSessions};
use crate::web::{Context, Form, Page, Query, SeeOther};

/// More rows than one page of the list has cannot be chosen.
const MOST_CHOSEN: usize = 200;

/// The search whose matches are meant.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Matching {
    #[serde(default, deserialize_with = "empty_is_none")]
    q: Option<String>,
}

/// `GET /revocations/new`: all that match a search.
pub async fn confirm_matching(
    who: Fresh<RevokeSessions>,
    context: Context,
    Query(matching): Query<Matching>,
) -> Result<Page, AppError> {
    let search = Search::parse(matching.q.as_deref().unwrap_or_default());
    if !search.typed.problems.is_empty() {
        // What was not understood would widen the search: nothing is ended by mistake.
        return Err(AppError::bad_request("bad_query", search.typed.problems.join(" ")));
    }
    let selection = Selection::new(Scope::Filter, search.filter);
    ask(&context, &who.actor, &selection, None, &Typed::default()).await
}

/// Rows that were picked.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Chosen {
    #[serde(default)]
    ids: Vec<SessionId>,
}

/// `POST /revocations/new`: the rows that were picked in a list; changes nothing yet.
pub async fn confirm_chosen(
    who: Fresh<RevokeSessions>,
    context: Context,
    Form(chosen): Form<Chosen>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    if chosen.ids.is_empty() {
        let back = SeeOther::to(paths::SESSIONS).saying("Select the sessions to end first.");
        return Ok(back.answer(&request));
    }
    if chosen.ids.len() > MOST_CHOSEN {
        return Err(AppError::bad_request("too_many", format!("Select at most {MOST_CHOSEN} sessions.")));
    }
    let selection = Selection::new(Scope::Sessions, Filter { sessions: chosen.ids, ..Filter::default() });
    let page = ask(&context, &who.actor, &selection, None, &Typed::default()).await?;
    Ok(page.answer(&request))
}

/// The page that asks, with how many it would be: counted now, or as it was shown before.
async fn ask(
    context: &Context,
    actor: &Actor,
    selection: &Selection,
    shown: Option<Counted>,
    typed: &Typed,
) -> Result<Page, AppError> {
    let counted = match shown {
        Some(shown) => shown,
        None => count(context, actor, &selection.filter, None, context.now).await?,
    };
    let selected = serde_json::to_string(selection).map_err(AppError::internal)?;
    let words = selection.words();
    let ask = Ask {
        action: paths::REVOCATIONS,
        words: &words,
        selected: &selected,
        counted,
        typed,
        csrf: context.csrf(),
    };
    let page = Page::console(ask.title(), views::ask_many(&ask)).parent("Sessions", paths::SESSIONS);
    Ok(if typed.errors.is_empty() { page } else { page.refused() })
}

/// Counts what would be ended of all that was open at `at`; one's own session is told apart.
pub(super) async fn count(
    context: &Context,
    actor: &Actor,
    filter: &Filter,
    list: Option<&RevocationId>,
    at: Timestamp,
) -> Result<Counted, AppError> {
    let (organization, own, now) = (actor.organization.clone(), actor.session.clone(), context.now);
    let (filter, list) = (filter.clone(), list.cloned());
    context
        .app
        .db
        .read(move |c| {
            let mut matching =
                |filter: &Filter| store::matching(c, &organization, filter, list.as_ref(), (at, now));
            let others = matching(&but(&filter, &own))?;
            let could = filter.sessions.is_empty() || filter.sessions.contains(&own);
            let mine = could && matching(&Filter { sessions: vec![own], ..filter })? > 0;
            Ok::<_, AppError>(Counted { others, own: mine, at })
        })
        .await
}

/// All but one's own session.
fn but(filter: &Filter, own: &SessionId) -> Filter {
    Filter { but: Some(own.clone()), ..filter.clone() }
}

/// What confirms that many sessions are ended.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Confirmation {
    /// Which ones, as JSON; nothing where that is kept elsewhere.
    #[serde(default)]
    selection: String,
    #[serde(default)]
    reason: String,
    /// The number, typed.
    #[serde(default)]
    count: String,
    /// The number as it was shown, and when it was counted.
    #[serde(default)]
    shown: i64,
    shown_at: Option<Timestamp>,
    /// One’s own session too?
    own: Option<String>,
}

/// What was confirmed.
pub(super) struct Confirmed {
    pub filter: Filter,
    pub reason: Reason,
    pub counted_at: Timestamp,
}

/// Why it was not: the page says so and asks again.
pub(super) struct Refused {
    /// The number to type: that which was shown, unless it has grown.
    pub shown: Counted,
    pub typed: Typed,
}

impl Confirmation {
    /// Is what was typed the number that was shown, and does no more match by now?
    pub(super) async fn check(
        self,
        context: &Context,
        actor: &Actor,
        filter: &Filter,
        list: Option<&RevocationId>,
    ) -> Result<Result<Confirmed, Refused>, AppError> {
        let counted_at = self.shown_at.map_or(context.now, |at| at.min(context.now));
        let by_now = count(context, actor, filter, list, counted_at).await?;
        let grown = by_now.others > self.shown;
        let shown = Counted { others: if grown { by_now.others } else { self.shown }, ..by_now };
        let reason = Reason::parse(&self.reason);
        let mut errors = Vec::new();
        if let Err(error) = &reason {
            errors.push(FieldError::new("reason", error.to_string()));
        }
        let digits: String = self.count.chars().filter(char::is_ascii_digit).collect();
        if grown || digits != self.shown.to_string() {
            let again = if grown { "More sessions match by now. " } else { "" };
            errors.push(FieldError::new("count", format!("{again}Type {} to confirm.", shown.others)));
        }
        if let Some(reason) = reason.ok().filter(|_| errors.is_empty()) {
            let filter = if self.own.is_some() { filter.clone() } else { but(filter, &actor.session) };
            return Ok(Ok(Confirmed { filter, reason, counted_at }));
        }
        let typed = Typed { reason: self.reason, count: self.count, own: self.own.is_some(), errors };
        Ok(Err(Refused { shown, typed }))
    }
}

/// `POST /revocations`
pub async fn create(
    who: Fresh<RevokeSessions>,
    context: Context,
    Form(sent): Form<Confirmation>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let selection: Selection = serde_json::from_str(&sent.selection)
        .ok()
        .filter(|selection: &Selection| !selection.scope.is_single() && selection.list.is_none())
        .ok_or_else(|| AppError::bad_request("bad_form", "Open the page from the list of sessions again."))?;
    let checked = sent.check(&context, &who.actor, &selection.filter, None).await?;
    let confirmed = match checked {
        Ok(confirmed) => confirmed,
        Err(Refused { shown, typed }) => {
            return Ok(ask(&context, &who.actor, &selection, Some(shown), &typed).await?.answer(&request));
        }
    };
    let Confirmed { filter, reason, counted_at } = confirmed;
    let (organization, scope) = (who.actor.organization, selection.scope);
    let asked = Request { organization, scope, filter, list: None, reason, counted_at: Some(counted_at) };
    let receipt = actions::revoke(&context.app, &context.act(), asked).await?;
    Ok(go_on(&receipt).answer(&request))
}

/// To the page that shows how far it is.
pub(super) fn go_on(receipt: &Receipt) -> SeeOther {
    match &receipt.revocation {
        Some(run) => SeeOther::to(paths::revocation(&run.id)),
        None => SeeOther::to(paths::SESSIONS).saying("None of these sessions is open any more."),
    }
}
