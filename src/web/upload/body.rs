//! The body of an upload: counted, and drained after a refusal.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::time::timeout;

/// How long the rest of a refused body is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A body that ends with an error once it is over its limit; clones read the same one.
#[derive(Clone)]
pub(super) struct Body(Rc<RefCell<Inner>>);

struct Inner {
    payload: Payload,
    /// Bytes that may still come.
    left: usize,
    over: bool,
}

impl Body {
    pub(super) fn new(payload: Payload, most: usize) -> Self {
        Self(Rc::new(RefCell::new(Inner { payload, left: most, over: false })))
    }

    /// Did more come than may?
    pub(super) fn is_over(&self) -> bool {
        self.0.borrow().over
    }

    /// Reads and drops what is left, within the limit.
    pub(super) async fn drain(&self) {
        let mut rest = self.clone();
        let reading = async { while let Some(Ok(_)) = rest.next().await {} };
        if timeout(PATIENCE, reading).await.is_err() {
            tracing::debug!("the rest of a refused upload did not come");
        }
    }
}

impl Stream for Body {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut inner = self.0.borrow_mut();
        if inner.over {
            return Poll::Ready(None);
        }
        let polled = Pin::new(&mut inner.payload).poll_next(context);
        if let Poll::Ready(Some(Ok(chunk))) = &polled {
            let Some(left) = inner.left.checked_sub(chunk.len()) else {
                inner.over = true;
                return Poll::Ready(Some(Err(PayloadError::Overflow)));
            };
            inner.left = left;
        }
        polled
    }
}
