//! When batches are sent: as soon as a request can do no more without them, and not before.
//!
//! A loader that waits for a fixed time makes every level of a query wait, and on a busy machine
//! sends what belongs together in pieces. But when a request has been polled, its resolvers have
//! named all they need to go on. So loaders run within their request, in turns with it: it names
//! keys, they load, and hand over what has arrived as a whole before it goes on.

use std::{
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context as TaskContext, Poll},
    time::Duration,
};

use async_graphql::{dataloader::DataLoader, runtime::Timer};
use futures_util::{
    FutureExt, Stream, StreamExt,
    future::{BoxFuture, poll_fn, ready},
    stream::{BoxStream, FuturesUnordered, poll_fn as stream_of},
    task::{FutureObj, Spawn, SpawnError},
};

type Batch = FutureObj<'static, ()>;

/// The batches of one request that are to be sent once it has been polled.
#[derive(Clone, Default)]
pub(super) struct Batching(Arc<Mutex<Vec<Batch>>>);

impl Batching {
    /// A loader of this request.
    pub(super) fn loader<L>(&self, loader: L) -> DataLoader<L> {
        DataLoader::new(loader, self.clone(), self.clone())
    }

    /// Runs a request together with its batches.
    pub(super) async fn run<T>(&self, request: impl Future<Output = T>) -> T {
        let mut request = pin!(request);
        let mut sent = FuturesUnordered::new();
        poll_fn(|task| self.poll(&mut sent, task, |task| request.as_mut().poll(task))).await
    }

    /// Runs a request with many responses together with its batches.
    pub(super) fn run_stream<T: 'static>(
        self,
        mut responses: BoxStream<'static, T>,
    ) -> impl Stream<Item = T> + Send {
        let mut sent = FuturesUnordered::new();
        stream_of(move |task| self.poll(&mut sent, task, |task| responses.poll_next_unpin(task)))
    }

    fn with_batches<T>(&self, then: impl FnOnce(&mut Vec<Batch>) -> T) -> T {
        // No panic leaves a list half changed.
        then(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Polls a request and the batches it waits for, until they wait for the database.
    fn poll<T>(
        &self,
        sent: &mut FuturesUnordered<Batch>,
        task: &mut TaskContext<'_>,
        mut request: impl FnMut(&mut TaskContext<'_>) -> Poll<T>,
    ) -> Poll<T> {
        loop {
            if let Poll::Ready(done) = request(task) {
                return Poll::Ready(done);
            }
            sent.extend(self.with_batches(std::mem::take));
            let mut has_arrived = false;
            while let Poll::Ready(Some(())) = sent.poll_next_unpin(task) {
                has_arrived = true;
            }
            if !has_arrived {
                return Poll::Pending;
            }
        }
    }
}

impl Spawn for Batching {
    fn spawn_obj(&self, batch: Batch) -> Result<(), SpawnError> {
        self.with_batches(|batches| batches.push(batch));
        Ok(())
    }
}

impl Timer for Batching {
    /// No time: a batch begins when the request has been polled, and then its keys are known.
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }
}
