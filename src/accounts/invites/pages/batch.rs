//! A file of invites: upload, preview, sending, result.

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::batch_id;
use crate::access::Actor;
use crate::accounts::invites::batch::{self, Preview};
use crate::accounts::invites::model::{BatchId, Verdict};
use crate::accounts::invites::sheet::{self, SheetError, SheetRow};
use crate::accounts::invites::views::batch as views;
use crate::error::AppError;
use crate::paths;
use crate::web::csv::guard;
use crate::web::guard::{Fresh, ManageUsers};
use crate::web::upload::{Content, Files, Parts};
use crate::web::{Allowed, Context, Page, Query, SeeOther, Upload};

/// The name of the file's field.
pub const FILE: &str = "file";

/// The form with the file.
#[derive(Debug)]
pub struct FileParts;

impl Parts for FileParts {
    const FIELDS: &'static [&'static str] = &[];
    const MAX_FILES: usize = 1;
    const MAX_FILE_BYTES: usize = sheet::MAX_BYTES;

    fn takes_file(name: &str) -> bool {
        name == FILE
    }
}

/// Which rows are shown.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Shown {
    /// `problems`; all rows when it is anything else.
    show: Option<String>,
}

impl Shown {
    fn problems(&self) -> bool {
        self.show.as_deref() == Some("problems")
    }
}

/// `GET /invites/file`
pub async fn file_form(_: Allowed<ManageUsers>, context: Context) -> Page {
    form_page(&context, None)
}

fn form_page(context: &Context, error: Option<&str>) -> Page {
    Page::console("Invite many", views::form(context, error)).parent("Invites", paths::INVITES)
}

/// `POST /invites/file`
pub async fn upload(
    who: Allowed<ManageUsers>,
    context: Context,
    sent: Upload<FileParts>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (name, rows) = match read(sent.files) {
        Ok(read) => read,
        Err(sentence) => return Ok(form_page(&context, Some(&sentence)).refused().answer(&request)),
    };
    let id = batch::keep(&context.app, &context.act(), &who.actor, &name, rows).await?;
    Ok(SeeOther::to(paths::invite_batch(&id)).answer(&request))
}

fn read(files: Files) -> Result<(String, Vec<SheetRow>), String> {
    let Some(file) = files.list.into_iter().next() else { return Err("Choose a CSV file.".to_owned()) };
    let Content::Whole(bytes) = file.content else {
        return Err("The file is larger than 1 MB. Send it in parts.".to_owned());
    };
    let rows = sheet::read(&bytes).map_err(|error: SheetError| error.to_string())?;
    Ok((file.name, rows))
}

async fn load(context: &Context, who: &Actor, id: BatchId) -> Result<Preview, AppError> {
    let (who, now) = (who.clone(), context.now);
    context.app.db.read(move |c| batch::preview(c, &who, &id, now)).await
}

/// `GET /invites/files/{id}`
pub async fn show(
    who: Allowed<ManageUsers>,
    context: Context,
    id: Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Page, AppError> {
    let preview = load(&context, &who.actor, batch_id(&id)?).await?;
    let main = views::batch(&context, &preview, shown.problems());
    let mut page = Page::list(views::title(&preview), main).parent("Invites", paths::INVITES);
    if preview.batch.confirmed_at.is_some() {
        page = page.action(views::download(&preview));
    }
    Ok(page)
}

/// `POST /invites/files/{id}`
pub async fn confirm(
    who: Fresh<ManageUsers>,
    context: Context,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id = batch_id(&id)?;
    batch::send(&context.app, &context.act(), &who.actor, &id).await?;
    Ok(SeeOther::to(paths::invite_batch(&id)).answer(&request))
}

/// `GET /invites/files/{id}/result.csv`
pub async fn result_csv(
    who: Allowed<ManageUsers>,
    context: Context,
    id: Path<String>,
) -> Result<HttpResponse, AppError> {
    let preview = load(&context, &who.actor, batch_id(&id)?).await?;
    let disposition = format!("attachment; filename=\"invites-{}.csv\"", preview.batch.id);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .content_type("text/csv; charset=utf-8")
        .body(spreadsheet(&preview).map_err(AppError::internal)?))
}

fn spreadsheet(preview: &Preview) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["line", "email", "role", "name", "result", "explanation"])?;
    for row in &preview.rows {
        let explanation = explanation(preview, row.verdict, row.same_as);
        let cells = [&row.email, &row.role, &row.name, row.verdict.as_str(), explanation.as_str()];
        let line = row.line.to_string();
        writer.write_record(
            std::iter::once(line.as_str().into())
                .chain(cells.map(guard))
                .map(|cell: std::borrow::Cow<'_, str>| cell.into_owned()),
        )?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// A file that was sent has rows that were not only where something stopped it.
fn explanation(preview: &Preview, verdict: Verdict, same_as: Option<i64>) -> String {
    if verdict == Verdict::Ready && preview.batch.confirmed_at.is_some() {
        return "Not sent yet.".to_owned();
    }
    verdict.sentence(same_as)
}
