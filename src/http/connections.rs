//! Connections, of which there may be so many. Whoever comes when there are no more takes the place
//! of the one that has waited longest without a request: who only waits keeps nobody out.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// The connections of one kind.
#[derive(Debug)]
pub(super) struct Connections {
    max: usize,
    state: Mutex<State>,
    closed: Notify,
}

#[derive(Debug, Default)]
struct State {
    open: usize,
    next: u64,
    /// Those that wait, in the order in which they began to; each is told to make room.
    waiting: BTreeMap<u64, Arc<Notify>>,
}

/// A connection, until it is dropped. It waits at first.
#[derive(Debug)]
pub(super) struct Connection {
    all: Arc<Connections>,
    place: Mutex<Option<u64>>,
    make_room: Arc<Notify>,
}

/// Something that a connection is at work on, until it is dropped.
#[derive(Debug)]
pub(super) struct Work(Arc<Connection>);

impl Connections {
    pub(super) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { max, state: Mutex::default(), closed: Notify::new() })
    }

    /// How many there are.
    pub(super) fn open(&self) -> usize {
        self.state().open
    }

    /// One more, in place of another if there are as many as may be; none if all are at work.
    pub(super) fn begin(self: &Arc<Self>) -> Option<Arc<Connection>> {
        let mut state = self.state();
        if self.max <= state.open {
            let (_, longest) = state.waiting.pop_first()?;
            longest.notify_one();
        }
        state.open += 1;
        drop(state);
        let all = Arc::clone(self);
        let connection =
            Arc::new(Connection { all, place: Mutex::default(), make_room: Arc::default() });
        connection.wait();
        Some(connection)
    }

    /// Comes true when there are none.
    pub(super) async fn all_closed(&self) {
        loop {
            let closed = self.closed.notified();
            if self.open() == 0 {
                return;
            }
            closed.await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No panic leaves it half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    /// Comes true when it is to make room for another.
    pub(super) async fn told_to_go(&self) {
        self.make_room.notified().await;
    }

    /// From now on it is at work.
    pub(super) fn work(self: &Arc<Self>) -> Work {
        self.leave();
        Work(Arc::clone(self))
    }

    fn wait(&self) {
        let mut state = self.all.state();
        let place = state.next;
        state.next += 1;
        state.waiting.insert(place, Arc::clone(&self.make_room));
        *self.place() = Some(place);
    }

    fn leave(&self) {
        let mut state = self.all.state();
        if let Some(place) = self.place().take() {
            state.waiting.remove(&place);
        }
    }

    fn place(&self) -> MutexGuard<'_, Option<u64>> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.0.wait();
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.leave();
        self.all.state().open -= 1;
        self.all.closed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn is_told_to_go(connection: &Connection) -> bool {
        connection.told_to_go().now_or_never().is_some()
    }

    #[test]
    fn the_one_that_waited_longest_makes_room() {
        let all = Connections::new(2);
        let first = all.begin().unwrap();
        let second = all.begin().unwrap();
        // The first has had a request since, so the second waits longer.
        drop(first.work());
        let third = all.begin().unwrap();
        assert_eq!([&first, &second, &third].map(|it| is_told_to_go(it)), [false, true, false]);
        drop(second);
        assert_eq!(all.open(), 2);
    }

    #[test]
    fn who_is_at_work_stays() {
        let all = Connections::new(2);
        let (first, second) = (all.begin().unwrap(), all.begin().unwrap());
        let (works, also_works) = (first.work(), second.work());
        assert!(all.begin().is_none());
        drop(works);
        assert!(all.begin().is_some());
        assert_eq!([&first, &second].map(|it| is_told_to_go(it)), [true, false]);
        drop(also_works);
    }

    #[tokio::test]
    async fn the_last_one_closes_the_door() {
        let all = Connections::new(2);
        all.all_closed().await;
        let connection = all.begin().unwrap();
        let mut closed = Box::pin(all.all_closed());
        assert!(closed.as_mut().now_or_never().is_none());
        drop(connection);
        closed.await;
    }
}
