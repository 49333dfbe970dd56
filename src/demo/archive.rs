//! Documents of the demo go the way of every upload: drawn, inspected, encrypted, stored.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::plan::Plan;
use super::resident::Resident;
use crate::app::App;
use crate::documents::upload::{self, Kept};
use crate::error::AppError;
use crate::web::upload::{Content, Files, ReceivedFile};

/// Submissions that are drawn and looked into at the same time.
const AT_ONCE: usize = 4;

/// Stores the documents of all residents; answers those of each, in order.
///
/// # Errors
/// When the store cannot take them, or one of them is refused.
pub async fn store(app: &App, residents: &[Resident]) -> Result<Vec<Vec<Kept>>, AppError> {
    let submissions = residents.iter().map(|resident| submit(app.clone(), resident.plan.clone()));
    stream::iter(submissions).buffered(AT_ONCE).try_collect().await
}

async fn submit(app: App, plan: Plan) -> Result<Vec<Kept>, AppError> {
    let at = plan.submitted_at;
    let files = tokio::task::spawn_blocking(move || draw(&plan)).await.map_err(AppError::internal)??;
    match upload::check(&app, files).await? {
        Ok(checked) => upload::keep(&app, at, checked).await,
        Err(refused) => {
            let sentences: Vec<String> = refused.iter().map(|one| one.refusal.to_string()).collect();
            Err(AppError::internal(format!("a drawn document is refused: {}", sentences.join(" "))))
        }
    }
}

fn draw(plan: &Plan) -> Result<Files, AppError> {
    let mut files = Files::default();
    for paper in &plan.papers {
        let content = Content::Whole(paper.draw().map_err(AppError::internal)?);
        files.list.push(ReceivedFile { field: "files".to_owned(), name: paper.file_name(), content });
    }
    Ok(files)
}
