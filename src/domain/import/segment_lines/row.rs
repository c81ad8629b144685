//! One row, as the line it says.

use super::{Field, Known, SegmentLines, kind_of};
use crate::domain::{
    contact::ERASED,
    import::{Row, check::Check, find, value},
    segment::{LineChange, Taken, check_values, step::require_open},
    text,
};

impl SegmentLines {
    /// Takes a row, or says what is wrong with it.
    pub(super) fn take(&self, row: &Row, known: &mut Known) -> Result<Taken, Check> {
        let mut check = Check::new(row.line);
        let text = |field| self.columns.get(row, field).unwrap_or_default();
        let no = text::code(text(Field::Segment)).unwrap_or_default();
        if !known.segments.contains_key(&no) {
            let reason = format!("There is no segment {no:?}.");
            check.add(self.columns.caption(Field::Segment), reason);
        }
        let contact_no = text::code(text(Field::Contact)).unwrap_or_default();
        match known.contacts.get(&contact_no) {
            None => {
                let reason = format!("There is no contact {contact_no:?}.");
                check.add(self.columns.caption(Field::Contact), reason);
            }
            Some(contact) if contact.erased_at.is_some() => {
                check.add(self.columns.caption(Field::Contact), ERASED);
            }
            Some(_) => {}
        }
        let template = known.segments.get(&no).map(|it| it.segment().interaction_template.clone());
        if let (Some(template), Some(own)) = (template, text::code(text(Field::Template)))
            && template.as_ref() != Some(&own)
        {
            let reason = match template {
                Some(it) => {
                    format!("The template of the segment is {it}, and that of its lines, too.")
                }
                None => "The segment has no template, and its lines have none either.".to_owned(),
            };
            check.add(self.columns.caption(Field::Template), reason);
        }
        let change = self.change(row, known, &mut check);
        let (Some(listing), Some(contact)) =
            (known.segments.get_mut(&no), known.contacts.get(&contact_no))
        else {
            return Err(check);
        };
        let is_said = check.is_fine() && listing.says(contact, change.clone());
        if !is_said && let Err(err) = require_open(listing.segment(), None) {
            check.note(err, |_| self.columns.caption(Field::Segment));
        }
        if !is_said && listing.has(contact) {
            let caption = self.columns.caption(Field::Contact);
            find::note_merged(&mut check, caption, &known.merged, &contact_no);
        }
        if !check.is_fine() {
            return Err(check);
        }
        let taken = listing.take(contact, change);
        if taken == Taken::PrivacyBlocked {
            let reason = format!("The contact {contact_no} must not be contacted.");
            check.add(self.columns.caption(Field::Contact), reason);
            return Err(check);
        }
        Ok(taken)
    }

    /// What a row says of the values of its line.
    fn change(&self, row: &Row, known: &Known, check: &mut Check) -> LineChange {
        let mut it = LineChange::default();
        for (field, text) in self.columns.fields(row) {
            self.set(&mut it, field, text, known, check);
        }
        let texts = [
            ("description", &it.description),
            ("subject", &it.subject),
            ("contactVia", &it.contact_via),
        ];
        let texts = texts.map(|(name, text)| (name, text.as_ref().and_then(Option::as_deref)));
        let (cost, duration) = (it.unit_cost.flatten(), it.unit_duration_min.flatten());
        if let Err(err) = check_values(&texts, cost, duration) {
            check.note(err, |name| {
                self.columns.caption(match name {
                    Some("description") => Field::Description,
                    Some("subject") => Field::Subject,
                    Some("contactVia") => Field::ContactVia,
                    Some("unitCost") => Field::UnitCost,
                    _ => Field::UnitDuration,
                })
            });
        }
        it
    }

    /// What is blank is inherited.
    fn set(&self, it: &mut LineChange, field: Field, text: &str, known: &Known, check: &mut Check) {
        let caption = || self.columns.caption(field);
        let code = kind_of(field).and_then(|kind| check.code(caption, text, kind, &known.codes));
        macro_rules! read {
            ($read:expr) => {
                Some(check.keep(caption, $read))
            };
        }
        match field {
            Field::Segment | Field::Contact | Field::Template => {}
            Field::Description => it.description = Some(text::tidy(text)),
            Field::Date => it.date = read!(value::date(text)),
            Field::Time => it.time = read!(value::time(text)),
            Field::Campaign => it.campaign_id = read!(find::campaign(&known.campaigns, text)),
            Field::CampaignTarget => it.campaign_target = read!(value::flag_or_blank(text)),
            Field::CampaignResponse => it.campaign_response = read!(value::flag_or_blank(text)),
            Field::Salesperson => it.salesperson = Some(code),
            Field::Group => it.interaction_group = Some(code),
            Field::CorrespondenceType => {
                it.correspondence_type = read!(value::correspondence_type(text));
            }
            Field::Language => it.language = Some(code),
            Field::Subject => it.subject = Some(text::tidy(text)),
            Field::UnitCost => it.unit_cost = read!(value::number(text)),
            Field::UnitDuration => it.unit_duration_min = read!(value::count(text)),
            Field::InformationFlow => it.information_flow = read!(value::information_flow(text)),
            Field::InitiatedBy => it.initiated_by = read!(value::initiated_by(text)),
            Field::Evaluation => it.evaluation = read!(value::evaluation(text)),
            Field::AttemptFailed => it.attempt_failed = read!(value::flag_or_blank(text)),
            Field::ContactVia => it.contact_via = Some(text::tidy(text)),
        }
    }
}
