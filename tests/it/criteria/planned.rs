//! Opportunities and tasks of random people.

use chrono::TimeDelta;
use urval::entity::{
    kinds::{OpportunityStatus, Priority, SegmentStatus, TaskStatus, TaskType},
    opportunity, segment, task, task_attendee,
};

use super::people::{DAYS, TEXTS, day};
use crate::app::TestApp;

/// The segments that they came from. The last one has been deleted since.
const SEGMENTS: [i64; 3] = [21, 22, 23];
const PRIORITIES: [Priority; 3] = [Priority::Low, Priority::Normal, Priority::High];
/// So many tasks are meetings with several.
const MEETINGS: usize = 8;
const SALESPEOPLE: [&str; 2] = ["SE", "NO"];

pub(super) fn segments(app: &TestApp) -> Vec<segment::Model> {
    let now = app.context.clock.now();
    let segment = |id: &i64| segment::Model {
        id: *id,
        no: format!("SM{id}"),
        description: None,
        description_fold: None,
        status: SegmentStatus::Open,
        date: day(0),
        campaign_id: None,
        campaign_target: None,
        campaign_response: None,
        salesperson: None,
        interaction_template: None,
        interaction_group: None,
        correspondence_type: None,
        ignore_contact_correspondence_type: false,
        language: None,
        subject: None,
        unit_cost: None,
        unit_duration_min: None,
        information_flow: None,
        initiated_by: None,
        contacts_count: 0,
        actor: None,
        created_at: now,
        updated_at: now,
        revision: 1,
        set_revision: 1,
    };
    SEGMENTS[..2].iter().map(segment).collect()
}

/// One of these, or none.
fn maybe<T: Copy>(random: &mut fastrand::Rng, values: &[T]) -> Option<T> {
    (random.u8(..4) != 0).then(|| values[random.usize(..values.len())])
}

/// Some of whose contact has been deleted.
fn whose(random: &mut fastrand::Rng) -> (i32, Option<i32>) {
    let contact_id = random.i32(0..=60);
    (contact_id, maybe(random, &[(contact_id.max(1) - 1) / 4 * 4 + 1]))
}

pub(super) fn opportunities(app: &TestApp) -> Vec<opportunity::Model> {
    use OpportunityStatus::{InProgress, Lost, NotStarted, Won};
    let mut random = fastrand::Rng::with_seed(13);
    let row = |random: &mut fastrand::Rng, id: i64| {
        let (contact_id, company_id) = whose(random);
        let created_at = app.context.clock.now() - TimeDelta::hours(random.i64(0..DAYS * 24));
        opportunity::Model {
            contact_id,
            id,
            no: format!("OP{id}"),
            description: TEXTS[random.usize(..TEXTS.len())].to_owned(),
            company_id,
            segment_id: maybe(random, &SEGMENTS),
            campaign_id: maybe(random, &[1, 2]),
            interaction_id: None,
            salesperson: maybe(random, &SALESPEOPLE).map(str::to_owned),
            status: [NotStarted, InProgress, Won, Lost][random.usize(..4)],
            priority: PRIORITIES[random.usize(..3)],
            date: day(random.i64(0..DAYS)),
            closed_date: random.bool().then(|| day(random.i64(0..DAYS))),
            actor: None,
            created_at,
            updated_at: created_at,
            revision: 1,
            estimated_value: random.bool().then(|| random.i64(0..5) * 2_500),
            close_reason: maybe(random, &TEXTS).map(str::to_owned),
        }
    };
    (1..=120).map(|id| row(&mut random, id)).collect()
}

pub(super) fn tasks(app: &TestApp) -> Vec<task::Model> {
    use TaskStatus::{Completed, InProgress, NotStarted, Postponed, Waiting};
    let mut random = fastrand::Rng::with_seed(14);
    let row = |random: &mut fastrand::Rng, id: i64| {
        let (contact_id, company_id) = whose(random);
        let created_at = app.context.clock.now() - TimeDelta::hours(random.i64(0..DAYS * 24));
        task::Model {
            contact_id,
            id,
            no: format!("TD{id}"),
            description: TEXTS[random.usize(..TEXTS.len())].to_owned(),
            company_id,
            segment_id: maybe(random, &SEGMENTS),
            campaign_id: maybe(random, &[1, 2]),
            interaction_id: None,
            salesperson: maybe(random, &SALESPEOPLE).map(str::to_owned),
            status: [NotStarted, InProgress, Completed, Waiting, Postponed][random.usize(..5)],
            priority: PRIORITIES[random.usize(..3)],
            date: day(random.i64(0..DAYS)),
            closed_date: random.bool().then(|| day(random.i64(0..DAYS))),
            actor: None,
            created_at,
            updated_at: created_at,
            revision: 1,
            r#type: maybe(random, &[TaskType::Meeting, TaskType::PhoneCall]),
            opportunity_id: None,
        }
    };
    let mut rows: Vec<_> = (1..=120).map(|id| row(&mut random, id)).collect();
    for meeting in &mut rows[..MEETINGS] {
        (meeting.contact_id, meeting.company_id) = (0, None);
    }
    rows
}

/// Some meet, with others of their company or alone.
pub(super) fn attendees(tasks: &[task::Model]) -> Vec<task_attendee::Model> {
    let mut random = fastrand::Rng::with_seed(15);
    let mut attendees = Vec::new();
    for meeting in &tasks[..MEETINGS] {
        let attends = random.choose_multiple(1..=60, 15);
        attendees.extend(attends.into_iter().map(|contact_id| task_attendee::Model {
            contact_id,
            task_id: meeting.id,
            company_id: maybe(&mut random, &[(contact_id - 1) / 4 * 4 + 1]),
        }));
    }
    attendees
}
