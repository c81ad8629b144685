//! Subscriptions: what happens, as it happens. An event says no more than what changed; what
//! subscribers see is read from the database anew.

use std::collections::HashSet;

use async_graphql::{Context, Description, Enum, ID, SimpleObject, Subscription};
use futures_util::{Stream, StreamExt, future};
use tokio_stream::wrappers::BroadcastStream;

use super::{
    contact::{self, Contact},
    error::Result,
    interaction::Interaction,
    logged_segment::LoggedSegment,
    segment::Segment,
};
use crate::domain::{self, Error, Event, PAGE_MAX, Progress, Reason, id::Kind};

/// A contact that was created, changed or deleted; or, after an import, any number of them.
#[derive(Default, SimpleObject)]
pub(super) struct ContactChange {
    /// The id of the contact; null if an import created or changed many: read again what you show.
    contact_id: Option<ID>,
    /// The contact as it is now; null if it was deleted, and after an import.
    contact: Option<Contact>,
}

/// A segment that was created, changed or deleted.
#[derive(SimpleObject)]
pub(super) struct SegmentChange {
    /// The id of the segment.
    segment_id: ID,
    /// The segment as it is now; null if it was deleted.
    segment: Option<Segment>,
}

/// An interaction that was recorded by itself, or a segment that became many at once. One of the
/// two is null; both are if an import brought many: read again what you show.
#[derive(SimpleObject)]
pub(super) struct InteractionLogged {
    /// The interaction.
    interaction: Option<Interaction>,
    /// What became of the segment.
    logged_segment: Option<LoggedSegment>,
}

/// How far a long operation is, such as an import.
#[derive(SimpleObject)]
pub(super) struct OperationProgress {
    /// The id of the operation.
    id: ID,
    /// Whether it goes on.
    state: OperationState,
    /// How many rows, contacts or lines have been dealt with.
    done: u64,
    /// How many there are; null if that is not known.
    total: Option<u64>,
    /// How many of those dealt with were refused.
    rejected: u64,
    /// A sentence about it, if there is something to say.
    message: Option<String>,
}

/// Whether a long operation goes on.
#[derive(Copy, Clone, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::ProgressState")]
pub(super) enum OperationState {
    /// It is under way.
    Running,
    /// It is over, and did what it was to do.
    Done,
    /// It ended early. What it had committed by then is kept: of an import, all rows before the line
    /// that its answer names; of anything else, nothing.
    Failed,
}

/// What can be watched. Events are told after the change is there to be read. Who is slow, or was
/// away, may miss some: read again after connecting anew.
#[derive(Default, Description)]
pub(super) struct Subscription;

#[Subscription(use_type_description)]
impl Subscription {
    /// Contacts that are created, changed or deleted. An import is told once, at its end, and to
    /// everybody.
    async fn contact_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these, at most 1,000; any unless it is given.")] ids: Option<
            Vec<ID>,
        >,
    ) -> Result<impl Stream<Item = Result<ContactChange>> + use<>> {
        let wanted = ids.map(contact_keys).transpose()?;
        watch(ctx, move |context, event| {
            let id = match event {
                Event::ContactChanged { id, .. } | Event::ContactDeleted { id } => Some(id),
                Event::ContactsImported => None,
                _ => return None,
            };
            let is_wanted =
                |id| wanted.as_ref().is_none_or(|wanted: &HashSet<i32>| wanted.contains(&id));
            id.is_none_or(is_wanted).then_some(async move {
                let Some(id) = id else { return Ok(Some(ContactChange::default())) };
                let ids = std::iter::once(id.cast_unsigned());
                let row = domain::contact::by_ids(context.db.reader(), ids).await?.remove(&id);
                let contact_id = Some(ID(Kind::Contact.id(id.into())));
                Ok(Some(ContactChange {
                    contact_id,
                    contact: row.map(|row| Contact::new(&context, row)),
                }))
            })
        })
    }

    /// Segments that are created, changed, logged or deleted, their contacts included. An import is
    /// told at its end, once for each segment.
    async fn segment_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this one; any unless it is given.")] id: Option<ID>,
    ) -> Result<impl Stream<Item = Result<SegmentChange>> + use<>> {
        let wanted = id.map(|id| Kind::Segment.key(&id, &["id"])).transpose()?;
        watch(ctx, move |context, event| {
            let (Event::SegmentChanged { id, .. } | Event::SegmentDeleted { id }) = event else {
                return None;
            };
            wanted.is_none_or(|wanted| wanted == id).then_some(async move {
                let row = domain::segment::by_id(&context, id).await?;
                let segment_id = ID(Kind::Segment.id(id));
                Ok(Some(SegmentChange { segment_id, segment: row.map(Segment::from) }))
            })
        })
    }

    /// Interactions that are recorded, and segments that are logged. An import is told once, at its
    /// end.
    async fn interaction_logged(
        &self,
        ctx: &Context<'_>,
    ) -> Result<impl Stream<Item = Result<InteractionLogged>> + use<>> {
        watch(ctx, |context, event| {
            Some(async move {
                let (interaction, logged_segment) = match event {
                    Event::InteractionLogged { contact_id, id } => {
                        let key = (contact_id, id);
                        let mut rows = domain::interaction::by_keys(&context, &[key]).await?;
                        (rows.remove(&key).map(Interaction), None)
                    }
                    Event::SegmentLogged { logged_segment_id: id, .. } => {
                        let mut rows = domain::segment::logged_by_ids(&context, &[id]).await?;
                        (None, rows.remove(&id).map(LoggedSegment))
                    }
                    Event::InteractionsImported => {
                        return Ok(Some(InteractionLogged {
                            interaction: None,
                            logged_segment: None,
                        }));
                    }
                    _ => return Ok(None),
                };
                // Canceled and deleted meanwhile, perhaps.
                let is_there = interaction.is_some() || logged_segment.is_some();
                Ok(is_there.then_some(InteractionLogged { interaction, logged_segment }))
            })
        })
    }

    /// How far long operations are.
    async fn operation_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this one; any unless it is given.")] id: Option<ID>,
    ) -> Result<impl Stream<Item = Result<OperationProgress>> + use<>> {
        let wanted = id.map(|id| Kind::Operation.key(&id, &["id"])).transpose()?;
        watch(ctx, move |_, event| {
            let Event::OperationProgressed(progress) = event else { return None };
            let is_wanted = wanted.is_none_or(|wanted| wanted == progress.operation);
            is_wanted.then(|| future::ok(Some(OperationProgress::from(progress))))
        })
    }
}

impl From<Progress> for OperationProgress {
    fn from(progress: Progress) -> Self {
        let Progress { operation, state, done, total, rejected, message } = progress;
        let id = ID(Kind::Operation.id(operation));
        Self { id, state: state.into(), done, total, rejected, message }
    }
}

fn contact_keys(ids: Vec<ID>) -> domain::Result<HashSet<i32>> {
    if PAGE_MAX < ids.len() as u64 {
        let message = format!("Ask for at most {PAGE_MAX} ids.");
        return Err(Error::reject(Reason::LimitExceeded, &["ids"], message));
    }
    let keys = ids.iter().enumerate();
    keys.map(|(index, id)| contact::key(id, &["ids", &index.to_string()])).collect()
}

/// What `load` makes of each event from now on; nothing of those that are of no interest. Events
/// that were lost because the subscriber is too slow are passed over.
fn watch<T, L, F>(
    ctx: &Context<'_>,
    load: L,
) -> Result<impl Stream<Item = Result<T>> + Send + use<T, L, F>>
where
    T: Send,
    L: Fn(domain::Context, Event) -> Option<F> + Send,
    F: Future<Output = domain::Result<Option<T>>> + Send,
{
    let context = ctx.data::<domain::Context>()?.clone();
    let events = BroadcastStream::new(context.events.subscribe());
    Ok(events.filter_map(move |event| {
        let loaded = event.ok().and_then(|event| load(context.clone(), event));
        async move { loaded?.await.map_err(Into::into).transpose() }
    }))
}
