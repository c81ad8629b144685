//! Contacts, with all that is theirs, to test criteria on.

use chrono::{NaiveDate, TimeDelta};
use urval::{
    db::{self, OnConflict},
    domain::{contact as contacts, text},
    entity::{
        campaign, contact_attribute, contact_code, contact_profile_answer, interaction,
        kinds::{
            CodeKind, ContactType, CorrespondenceType, Evaluation, InformationFlow, PurchaseSide,
        },
        logged_segment, opportunity, purchase, segment, task, task_attendee,
    },
};

use super::planned;
use crate::app::TestApp;

/// Texts that tell databases apart: letters beyond ASCII, wildcards, quotes, and near misses.
pub(super) const TEXTS: [&str; 16] = [
    "Åse",
    "åse",
    "ÅSE",
    "ase",
    "Straße",
    "STRASSE",
    "İstanbul",
    "istanbul",
    "😀 & Co",
    "O'Neil",
    "100%",
    "100x",
    "a_b",
    "axb",
    r"back\slash",
    "*[star]?",
];
pub(super) const CODES: [&str; 5] = ["SE", "NO", "DK", "ÅL", "A*B"];
pub(super) const DAYS: i64 = 40;

pub(super) fn day(offset: i64) -> NaiveDate {
    "2026-10-01".parse::<NaiveDate>().unwrap() + TimeDelta::days(offset)
}

/// Contacts of all kinds, drawn with a fixed seed: the same on both databases.
pub(crate) async fn populate(app: &TestApp) {
    let mut random = fastrand::Rng::with_seed(7);
    let mut maybe = |values: &[&str]| {
        (random.u8(..4) != 0).then(|| values[random.usize(..values.len())].to_owned())
    };
    let mut rows = Vec::new();
    for id in 1..=60 {
        let now = app.context.clock.now() - TimeDelta::hours(i64::from(id) * 7);
        let mut row = contacts::blank(id, now);
        row.no = format!("CT{id:06}");
        row.name = maybe(&TEXTS).unwrap_or_else(|| "x".to_owned());
        row.r#type = if id % 4 == 1 { ContactType::Company } else { ContactType::Person };
        row.company_id = match id % 4 {
            1 => Some(id),
            3 if id % 3 == 0 => None,
            rest => Some(id - rest + if rest == 0 { -3 } else { 1 }),
        };
        row.city = maybe(&TEXTS);
        row.email = maybe(&TEXTS);
        row.phone = maybe(&["08-123", "08 123", "+46 70"]);
        row.country = maybe(&CODES);
        row.post_code = maybe(&["111 22", "11122", "2"]);
        row.correspondence_type = maybe(&["x", "y"]).map(|it| {
            if it == "x" { CorrespondenceType::Email } else { CorrespondenceType::HardCopy }
        });
        row.minor = maybe(&["1"]).is_none();
        contacts::derive(&mut row);
        rows.push(row);
    }
    let codes = classifications();
    let attributes = attributes();
    let (campaigns, logs, interactions) = interactions(app);
    let purchases = purchases(app);
    let answers = profile_answers();
    let (segments, opportunities, tasks) =
        (planned::segments(app), planned::opportunities(app), planned::tasks(app));
    let attendees = planned::attendees(&tasks);
    db::write(&app.context.db, &db::Table::ALL, async |txn| {
        contacts::insert_new(txn, &rows).await?;
        db::insert_rows::<contact_code::Entity>(txn, &codes, OnConflict::Ignore).await?;
        db::insert_rows::<contact_attribute::Entity>(txn, &attributes, OnConflict::Ignore).await?;
        db::insert_rows::<campaign::Entity>(txn, &campaigns, OnConflict::Fail).await?;
        db::insert_rows::<logged_segment::Entity>(txn, &logs, OnConflict::Fail).await?;
        db::insert_rows::<interaction::Entity>(txn, &interactions, OnConflict::Fail).await?;
        db::insert_rows::<purchase::Entity>(txn, &purchases, OnConflict::Fail).await?;
        db::insert_rows::<segment::Entity>(txn, &segments, OnConflict::Fail).await?;
        db::insert_rows::<opportunity::Entity>(txn, &opportunities, OnConflict::Fail).await?;
        db::insert_rows::<task::Entity>(txn, &tasks, OnConflict::Fail).await?;
        db::insert_rows::<task_attendee::Entity>(txn, &attendees, OnConflict::Fail).await?;
        let ignore = OnConflict::Ignore;
        db::insert_rows::<contact_profile_answer::Entity>(txn, &answers, ignore).await?;
        Ok::<_, urval::domain::Error>(())
    })
    .await
    .unwrap();
}

fn profile_answers() -> Vec<contact_profile_answer::Model> {
    let mut random = fastrand::Rng::with_seed(12);
    let row = |random: &mut fastrand::Rng| contact_profile_answer::Model {
        contact_id: random.i32(1..=60),
        questionnaire: CODES[random.usize(..3)].to_owned(),
        answer_no: random.i32(1..=6) * 10,
        question_no: random.i32(1..=2) * 5,
        updated_on: day(random.i64(0..DAYS)),
        answered_percent: random.bool().then(|| random.i64(0..5) * 5_000),
    };
    (0..150).map(|_| row(&mut random)).collect()
}

fn classifications() -> Vec<contact_code::Model> {
    let mut random = fastrand::Rng::with_seed(8);
    let kinds = [
        CodeKind::MailingGroup,
        CodeKind::IndustryGroup,
        CodeKind::JobResponsibility,
        CodeKind::BusinessRelation,
    ];
    let row = |random: &mut fastrand::Rng| contact_code::Model {
        contact_id: random.i32(1..=60),
        kind: kinds[random.usize(..4)],
        code: CODES[random.usize(..CODES.len())].to_owned(),
        link_type: None,
        link_no: None,
        search_word: None,
    };
    (0..120).map(|_| row(&mut random)).collect()
}

fn attributes() -> Vec<contact_attribute::Model> {
    let mut random = fastrand::Rng::with_seed(9);
    let row = |random: &mut fastrand::Rng| {
        let name = ["shoe", "since", "vip", "motto", "tier"][random.usize(..5)];
        let motto = TEXTS[random.usize(..TEXTS.len())];
        let text = match name {
            "motto" => Some(motto.to_owned()),
            "tier" => Some(CODES[random.usize(..CODES.len())].to_owned()),
            _ => None,
        };
        contact_attribute::Model {
            contact_id: random.i32(1..=60),
            name: name.to_owned(),
            text_fold: text.as_deref().map(text::fold),
            text,
            number: (name == "shoe").then(|| random.i64(-5..5) * 5_000),
            date: (name == "since").then(|| day(random.i64(0..DAYS))),
            flag: (name == "vip").then(|| random.bool()),
        }
    };
    (0..150).map(|_| row(&mut random)).collect()
}

fn interactions(
    app: &TestApp,
) -> (Vec<campaign::Model>, Vec<logged_segment::Model>, Vec<interaction::Model>) {
    let mut random = fastrand::Rng::with_seed(10);
    let now = app.context.clock.now();
    let campaign = |id: i64| campaign::Model {
        id,
        no: format!("CP{id}"),
        description: None,
        description_fold: None,
        starting_date: None,
        ending_date: None,
        salesperson: None,
        status: None,
        created_at: now,
        updated_at: now,
        revision: 1,
        activated_at: None,
        activated_by: None,
    };
    let log = |id: i64| logged_segment::Model {
        id,
        segment_id: id + 10,
        description: "Logged".to_owned(),
        created_at: now,
        actor: None,
        canceled: false,
        interactions_count: 0,
    };
    let row = |random: &mut fastrand::Rng, id: i64| {
        let contact_id = random.i32(1..=60);
        interaction::Model {
            contact_id,
            id,
            company_id: (random.u8(..5) != 0).then(|| (contact_id - 1) / 4 * 4 + 1),
            date: day(random.i64(0..DAYS)),
            time: None,
            template: (random.u8(..5) != 0).then(|| ["BUS", "GOLF"][random.usize(..2)].to_owned()),
            interaction_group: None,
            description: Some(TEXTS[random.usize(..TEXTS.len())].to_owned()),
            subject: None,
            information_flow: random.bool().then_some(InformationFlow::Inbound),
            initiated_by: None,
            correspondence_type: None,
            language: None,
            salesperson: None,
            evaluation: [None, Some(Evaluation::Negative), Some(Evaluation::Positive)]
                [random.usize(..3)],
            cost: random.i64(0..5) * 2_500,
            duration_min: random.i32(0..4) * 15,
            campaign_id: (random.u8(..3) == 0).then(|| random.i64(1..=2)),
            campaign_entry_id: None,
            campaign_target: random.bool(),
            campaign_response: false,
            segment_id: None,
            logged_segment_id: (random.u8(..3) == 0).then(|| random.i64(1..=2)),
            document_type: None,
            document_no: None,
            contact_via: None,
            delivery_status: None,
            attempt_failed: false,
            postponed: random.u8(..8) == 0,
            canceled: random.u8(..8) == 0,
            canceled_itself: false,
            actor: None,
            created_at: now,
            updated_at: now,
            body_message_id: None,
            attachments_message_id: None,
            delivery_error: None,
        }
    };
    let rows = (1..=200).map(|id| row(&mut random, id)).collect();
    ((1..=2).map(campaign).collect(), (1..=2).map(log).collect(), rows)
}

/// Entries of companies, some with one of their people, or of others, on the document.
fn purchases(app: &TestApp) -> Vec<purchase::Model> {
    let mut random = fastrand::Rng::with_seed(11);
    let row = |random: &mut fastrand::Rng, id: i64| {
        let contact_id = random.i32(0..15) * 4 + 1;
        let person = match random.u8(..4) {
            0 => None,
            1 => Some(random.i32(1..=60)).filter(|it| it % 4 != 1),
            other => Some(contact_id + i32::from(other)),
        };
        let mut maybe = |values: &[&str]| {
            (random.u8(..4) != 0).then(|| values[random.usize(..values.len())].to_owned())
        };
        purchase::Model {
            contact_id,
            id,
            document_contact_id: person,
            source_no: maybe(&["10000", "SE"]),
            item: maybe(&CODES),
            variant: maybe(&CODES),
            posting_group: maybe(&["NO", "S"]),
            document_type: maybe(&TEXTS),
            document_no: maybe(&["08-123", "1"]),
            side: if random.bool() { PurchaseSide::Sale } else { PurchaseSide::Purchase },
            posting_date: day(random.i64(0..DAYS)),
            quantity: random.i64(-2..5) * 10_000,
            amount: random.i64(-2..5) * 2_500,
            created_at: app.context.clock.now() - TimeDelta::hours(random.i64(0..DAYS * 24)),
        }
    };
    (1..=150).map(|id| row(&mut random, id)).collect()
}
