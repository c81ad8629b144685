//! What holds for a line: the pure function and the SQL agree, whatever is set where.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, IntoSimpleExpr, QueryResult};
use urval::{
    db,
    domain::{
        contact::insert_new,
        message::Texts,
        segment::{
            Said,
            effective::{Defaults, Effective, lines},
        },
    },
    entity::{
        contact, interaction_template,
        kinds::{
            BodyFormat, ContactType, CorrespondenceType, Evaluation, InformationFlow, InitiatedBy,
            SegmentStatus,
        },
        message, segment, segment_line,
    },
};

use crate::app::both;

const TYPES: [Option<CorrespondenceType>; 3] =
    [None, Some(CorrespondenceType::HardCopy), Some(CorrespondenceType::Email)];

fn date(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, day).unwrap()
}

/// A contact of this correspondence type, with or without a salesperson.
fn contact(id: i32, r#type: Option<CorrespondenceType>, full: bool) -> contact::Model {
    let row = serde_json::json!({
        "id": id, "no": id.to_string(), "type": ContactType::Person, "name": "x", "name_fold": "x",
        "sort_key": "x", "created_at": now(), "updated_at": now(), "revision": 1,
        "exclude_from_segment": false, "privacy_blocked": false, "minor": false,
        "parental_consent": false, "correspondence_type": r#type,
        "salesperson": full.then_some("CONTACT"), "language": full.then_some("CO"),
    });
    serde_json::from_value(row).unwrap()
}

fn now() -> DateTime<Utc> {
    "2026-11-02T09:00:00Z".parse().unwrap()
}

/// What is set on a line by hand: nothing but its type, or all of it.
fn line(contact_id: i32, r#type: Option<CorrespondenceType>, full: bool) -> segment_line::Model {
    let text = |text: &str| full.then(|| text.to_owned());
    segment_line::Model {
        contact_id,
        segment_id: 7,
        description: text("line"),
        date: full.then(|| date(1)),
        time: full.then(|| NaiveTime::from_hms_opt(14, 30, 0).unwrap()),
        salesperson: text("LINE"),
        correspondence_type: r#type,
        language: text("LI"),
        subject: text("line subject"),
        interaction_group: text("LINE"),
        information_flow: full.then_some(InformationFlow::Inbound),
        initiated_by: full.then_some(InitiatedBy::Them),
        campaign_id: full.then_some(1),
        campaign_target: full.then_some(false),
        campaign_response: full.then_some(true),
        unit_cost: full.then_some(0),
        unit_duration_min: full.then_some(0),
        evaluation: full.then_some(Evaluation::Negative),
        attempt_failed: full.then_some(true),
        contact_via: text("+46"),
        body_message_id: full.then_some(1),
        attachments_message_id: full.then_some(2),
    }
}

fn segment(r#type: Option<CorrespondenceType>, ignores: bool, full: bool) -> segment::Model {
    let row = serde_json::json!({
        "id": 7, "no": "SM", "status": SegmentStatus::Open, "date": date(2),
        "ignore_contact_correspondence_type": ignores, "correspondence_type": r#type,
        "contacts_count": 0, "created_at": now(), "updated_at": now(), "revision": 1,
        "set_revision": 1,
    });
    let mut segment: segment::Model = serde_json::from_value(row).unwrap();
    if full {
        segment.description = Some("segment".to_owned());
        segment.salesperson = Some("SEGMENT".to_owned());
        segment.language = Some("SE".to_owned());
        segment.subject = Some("segment subject".to_owned());
        segment.interaction_group = Some("SEGMENT".to_owned());
        segment.information_flow = Some(InformationFlow::Outbound);
        segment.initiated_by = Some(InitiatedBy::Us);
        segment.campaign_id = Some(2);
        segment.campaign_target = Some(true);
        segment.campaign_response = Some(false);
        segment.unit_cost = Some(20_000);
        segment.unit_duration_min = Some(2);
    }
    segment
}

fn template(r#type: Option<CorrespondenceType>, ignores: bool) -> interaction_template::Model {
    interaction_template::Model {
        code: "T".to_owned(),
        description: Some("template".to_owned()),
        interaction_group: Some("TEMPLATE".to_owned()),
        unit_cost: 30_000,
        unit_duration_min: 3,
        information_flow: Some(InformationFlow::Inbound),
        initiated_by: Some(InitiatedBy::Us),
        campaign_id: Some(3),
        campaign_target: true,
        campaign_response: true,
        correspondence_type: r#type,
        language: Some("TE".to_owned()),
        ignore_contact_correspondence_type: ignores,
    }
}

fn read(row: &QueryResult) -> Effective {
    fn get<T: sea_orm::TryGetable>(row: &QueryResult, column: &str) -> T {
        row.try_get("", column).unwrap()
    }
    Effective {
        correspondence_type: get(row, "correspondence_type"),
        language: get(row, "language"),
        salesperson: get(row, "salesperson"),
        subject: get(row, "subject"),
        description: get(row, "description"),
        date: get(row, "date"),
        time: get(row, "time"),
        campaign_id: get(row, "campaign_id"),
        campaign_target: get(row, "campaign_target"),
        campaign_response: get(row, "campaign_response"),
        information_flow: get(row, "information_flow"),
        initiated_by: get(row, "initiated_by"),
        interaction_group: get(row, "interaction_group"),
        unit_cost: get(row, "cost"),
        unit_duration_min: get(row, "duration_min"),
        evaluation: get(row, "evaluation"),
        attempt_failed: get(row, "attempt_failed"),
        contact_via: get(row, "contact_via"),
        body_message_id: get(row, "body_message_id"),
        attachments_message_id: get(row, "attachments_message_id"),
    }
}

/// A message with some of subject, body and attachments.
fn message(id: i64, subject: bool, body: bool, has_attachments: bool) -> message::Model {
    message::Model {
        id,
        subject: subject.then(|| format!("subject {id}")),
        body: body.then(|| format!("body {id}")),
        body_format: BodyFormat::Text,
        has_attachments,
        segment_id: None,
        frozen: false,
    }
}

fn texts(all: &[(Option<&str>, message::Model)]) -> Texts {
    all.iter().map(|(language, row)| (language.map(str::to_owned), row.clone())).collect()
}

/// What is said: nothing; something by the template; and something by the segment, too.
fn said(segment: &segment::Model) -> [Said; 3] {
    let of_template = texts(&[
        (None, message(10, true, true, true)),
        (Some("CO"), message(11, true, true, false)),
        (Some("SE"), message(12, false, true, true)),
    ]);
    let of_segment = texts(&[
        (None, message(20, false, true, false)),
        (Some("LI"), message(21, true, false, true)),
        (Some("CO"), message(22, true, false, false)),
    ]);
    let subject = segment.subject.clone();
    [
        Said::new(Texts::default(), subject.clone(), Texts::default()),
        Said::new(Texts::default(), subject.clone(), of_template.clone()),
        Said::new(of_segment, subject, of_template),
    ]
}

/// Nobody, or a template of each type that ignores the contact's own or does not.
fn templates() -> Vec<Option<interaction_template::Model>> {
    let all = TYPES.into_iter().flat_map(|it| [template(it, false), template(it, true)]);
    all.map(Some).chain([None]).collect()
}

both! {
    // D6
    async fn one_line_and_whole_segments_agree_on_every_combination(app) {
        // Each type of the line with each of the contact; nothing else set, or all of it.
        let mut contacts = Vec::new();
        let mut own: Vec<Option<segment_line::Model>> = Vec::new();
        for full in [false, true] {
            for on_line in TYPES {
                for of_contact in TYPES {
                    let id = i32::try_from(contacts.len()).unwrap() + 1;
                    contacts.push(contact(id, of_contact, full));
                    let is_there = full || on_line.is_some();
                    own.push(is_there.then(|| line(id, on_line, full)));
                }
            }
        }
        let set: Vec<_> = own.iter().flatten().cloned().collect();
        let elsewhere = segment_line::Model { segment_id: 8, ..line(1, TYPES[1], true) };
        let reader = app.context.db.reader();
        db::write(&app.context.db, &[db::Table::Contact], async |txn| {
            insert_new(txn, &contacts).await?;
            db::insert_rows::<segment_line::Entity>(txn, &set, db::OnConflict::Fail).await?;
            let elsewhere = std::slice::from_ref(&elsewhere);
            db::insert_rows::<segment_line::Entity>(txn, elsewhere, db::OnConflict::Fail).await?;
            Ok::<_, urval::domain::Error>(())
        })
        .await
        .unwrap();
        let found = segment_line::Entity::find().all(reader).await.unwrap();
        assert_eq!(found.len(), set.len() + 1);

        let mut combinations = 0;
        for template in templates() {
            for full in [false, true] {
                for ignores in [false, true] {
                    for of_segment in TYPES {
                        let segment = segment(of_segment, ignores, full);
                        for said in said(&segment) {
                        let defaults = Defaults::new(&segment, template.as_ref(), said);
                        let mut query = lines(segment.id);
                        for (to, expression) in defaults.columns() {
                            query.expr_as(expression, sea_orm::IdenStatic::as_str(&to).to_owned());
                        }
                        let id = contact::Column::Id.into_simple_expr();
                        query.order_by_expr(id, sea_orm::Order::Asc);
                        let rows = reader.query_all(&query).await.unwrap();
                        assert_eq!(rows.len(), contacts.len());
                        for ((row, contact), line) in rows.iter().zip(&contacts).zip(&own) {
                            let expected = defaults.of_line(line.as_ref(), contact);
                            assert_eq!(read(row), expected, "{segment:?} {template:?} {contact:?} {line:?}");
                            combinations += 1;
                        }
                        }
                    }
                }
            }
        }
        assert_eq!(combinations, 7 * 2 * 2 * 3 * 3 * 18);
    }
}

/// The table of precedence, row by row: who wins when the first, the first two … are not set.
#[test]
fn the_first_that_is_set_wins() {
    // D6, SEG-5, LIN-2
    let (template, full, bare) =
        (template(None, false), segment(None, false, true), segment(None, false, false));
    let somebody = contact(1, None, true);
    let own = line(1, None, true);
    let by = |line: Option<&segment_line::Model>, segment: &segment::Model, template| {
        let [said, ..] = said(segment);
        Defaults::new(segment, template, said).of_line(line, &somebody)
    };
    let of_line = by(Some(&own), &full, Some(&template));
    let of_segment = by(None, &full, Some(&template));
    let of_template = by(None, &bare, Some(&template));
    let of_nobody = by(None, &bare, None);
    let texts = |it: &Effective| {
        [&it.description, &it.interaction_group, &it.language, &it.salesperson, &it.subject]
            .map(|text| text.clone().unwrap_or_default())
    };
    assert_eq!(texts(&of_line), ["line", "LINE", "LI", "LINE", "line subject"]);
    assert_eq!(texts(&of_segment), ["segment", "SEGMENT", "SE", "SEGMENT", "segment subject"]);
    // The salesperson does not come from the template but from the contact, the subject from nobody.
    assert_eq!(texts(&of_template), ["template", "TEMPLATE", "TE", "CONTACT", ""]);
    assert_eq!(texts(&of_nobody), ["", "", "", "CONTACT", ""]);
    let numbers = |it: &Effective| (it.campaign_id, it.unit_cost, it.unit_duration_min, it.date);
    assert_eq!(numbers(&of_line), (Some(1), 0, 0, date(1)));
    assert_eq!(numbers(&of_segment), (Some(2), 20_000, 2, date(2)));
    assert_eq!(numbers(&of_template), (Some(3), 30_000, 3, date(2)));
    assert_eq!(numbers(&of_nobody), (None, 0, 0, date(2)));
    let flags = |it: &Effective| (it.campaign_target, it.campaign_response, it.attempt_failed);
    assert_eq!(flags(&of_line), (false, true, true));
    assert_eq!(flags(&of_segment), (true, false, false));
    assert_eq!(flags(&of_template), (true, true, false));
    assert_eq!(flags(&of_nobody), (false, false, false));
    let only_line = |it: &Effective| (it.evaluation, it.time.is_some(), it.contact_via.is_some());
    assert_eq!(only_line(&of_line), (Some(Evaluation::Negative), true, true));
    assert_eq!(only_line(&of_segment), (None, false, false));
}

/// The rows of language, subject, body and attachments in the table of precedence.
#[test]
fn a_line_is_told_what_its_segment_says_in_its_language_or_else_its_template() {
    // SEG-6, SEG-7, LIN-5a
    let segment = segment(None, false, true);
    let template = template(None, false);
    let [_, of_template, both] = said(&segment);
    let heard = |said: &Said, language: Option<&str>, own: Option<&segment_line::Model>| {
        let mut contact = contact(1, None, false);
        contact.language = language.map(str::to_owned);
        let defaults = Defaults::new(&segment, Some(&template), said.clone());
        let it = defaults.of_line(own, &contact);
        let language = it.language.unwrap_or_default();
        (language, it.subject.unwrap_or_default(), it.body_message_id, it.attachments_message_id)
    };
    let expected = |language: &str, subject: &str, body, attachments| {
        (language.to_owned(), subject.to_owned(), Some(body), Some(attachments))
    };
    // There is a text in the contact's language; of the template, the segment's subject goes before.
    let heard_by_template = heard(&of_template, Some("CO"), None);
    assert_eq!(heard_by_template, ("CO".to_owned(), "segment subject".to_owned(), Some(11), None));
    assert_eq!(
        heard(&both, Some("CO"), None),
        ("CO".to_owned(), "subject 22".to_owned(), Some(11), None)
    );
    // There is none, so it is the segment's language, whose text the template has.
    assert_eq!(heard(&both, Some("XX"), None), expected("SE", "segment subject", 20, 12));
    assert_eq!(heard(&of_template, None, None), expected("SE", "segment subject", 12, 12));
    // What is set on the line goes before all of it.
    let own = line(1, None, true);
    assert_eq!(heard(&both, Some("CO"), Some(&own)), expected("LI", "line subject", 1, 2));
    let language = segment_line::Model {
        subject: None,
        body_message_id: None,
        attachments_message_id: None,
        ..own
    };
    assert_eq!(heard(&both, Some("CO"), Some(&language)), expected("LI", "subject 21", 10, 21));
}

/// The row of the correspondence type in the table of precedence.
#[test]
fn the_contacts_own_way_is_ignored_only_where_the_segment_has_one() {
    // SEG-4, LIN-3
    use CorrespondenceType::{Email, HardCopy};
    let check = |on_line,
                 of_contact,
                 of_segment,
                 of_template,
                 segment_ignores,
                 template_ignores,
                 expected| {
        let template = template(of_template, template_ignores);
        let segment = segment(of_segment, segment_ignores, false);
        let defaults = Defaults::new(&segment, Some(&template), Said::default());
        let line = line(1, on_line, false);
        let actual = defaults.of_line(Some(&line), &contact(1, of_contact, false));
        assert_eq!(actual.correspondence_type, expected);
    };
    check(Some(Email), Some(HardCopy), Some(HardCopy), Some(HardCopy), true, true, Some(Email));
    check(None, Some(HardCopy), Some(Email), None, true, false, Some(Email));
    check(None, Some(HardCopy), Some(Email), None, false, true, Some(Email));
    check(None, Some(HardCopy), Some(Email), None, false, false, Some(HardCopy));
    check(None, Some(HardCopy), None, Some(Email), true, true, Some(HardCopy));
    check(None, None, Some(HardCopy), Some(Email), false, false, Some(HardCopy));
    check(None, None, None, Some(Email), false, false, Some(Email));
    check(None, None, None, None, false, false, None);
}
