//! A JSON body that may hold a list of people.

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use crate::error::AppError;
use crate::web::forms;

/// 1,000 of the longest addresses, with what JSON puts around them, and room to spare.
const MOST: usize = 512 * 1024;

/// As [`crate::web::Json`], with room for the longest list.
#[derive(Clone, Debug)]
pub struct LargeJson<T>(pub T);

impl<T: DeserializeOwned> FromRequest for LargeJson<T> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = forms::json_body(request, payload, MOST);
        Box::pin(async move { forms::from_json(&body.await?).map(Self) })
    }
}
