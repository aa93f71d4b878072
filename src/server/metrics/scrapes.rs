//! The latest Prometheus text, shared by all requests that came before it was begun.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Mutex;
use tokio::time::Instant as Moment;

/// The latest scrape.
#[derive(Debug, Default)]
pub struct Scrapes {
    last: Arc<Mutex<Option<Scraped>>>,
}

#[derive(Debug)]
struct Scraped {
    text: Bytes,
    began: Moment,
    ended: Moment,
}

impl Scrapes {
    /// The text made by `make`, never older than the request. One is made at a time, followed by a
    /// pause of the same length, however many ask; `None` = it could not be made.
    pub async fn shared(&self, make: impl FnOnce() -> String + Send + 'static) -> Option<Bytes> {
        let asked = Moment::now();
        let last = Arc::clone(&self.last);
        // A task of its own, because the first to ask may go away before it is done.
        let shared = tokio::spawn(async move {
            let mut last = last.lock().await;
            if let Some(last) = &*last {
                if last.began >= asked {
                    return Some(last.text.clone());
                }
                tokio::time::sleep_until(last.ended + (last.ended - last.began)).await;
            }
            let began = Moment::now();
            let text = tokio::task::spawn_blocking(make).await.ok()?;
            let text = Bytes::from(text);
            *last = Some(Scraped {
                text: text.clone(),
                began,
                ended: Moment::now(),
            });
            Some(text)
        });
        shared.await.ok().flatten()
    }
}
