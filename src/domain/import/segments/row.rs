//! One row, as the segment it says.

use std::collections::HashMap;

use super::{Field, Known, Segments, kind_of};
use crate::{
    domain::{
        import::{
            Row,
            check::{self, Check},
            find, value,
        },
        numbers,
        segment::{check_values, step::require_open},
        text,
    },
    entity::{kinds::SegmentStatus, segment},
};

impl Segments {
    /// The segment with what a row says of it, and what is wrong with that.
    pub(super) fn segment(
        &self,
        row: &Row,
        segments: &HashMap<String, segment::Model>,
        known: &Known,
    ) -> (segment::Model, Check) {
        let mut check = Check::new(row.line);
        let no = self.columns.get(row, Field::No).unwrap_or_default();
        let no = check.keep(|| self.columns.caption(Field::No), check::code(no));
        let no = no.unwrap_or_default();
        if no.is_empty() {
            check.add(self.columns.caption(Field::No), "There has to be a number.");
        }
        let before = segments.get(&no);
        if before.is_none() && !known.may_choose_numbers {
            check.add(self.columns.caption(Field::No), numbers::NOT_CHOSEN);
        }
        let mut it = before.cloned().unwrap_or_else(|| self.blank(no));
        for (field, text) in self.columns.fields(row) {
            self.set(&mut it, field, text, known, &mut check);
        }
        let texts = [("description", &it.description), ("subject", &it.subject)];
        let texts = texts.map(|(name, text)| (name, text.as_deref()));
        if let Err(err) = check_values(&texts, it.unit_cost, it.unit_duration_min) {
            check.note(err, |name| {
                self.columns.caption(match name {
                    Some("description") => Field::Description,
                    Some("subject") => Field::Subject,
                    Some("unitCost") => Field::UnitCost,
                    _ => Field::UnitDuration,
                })
            });
        }
        // What changes nothing is as good as before it was logged.
        let changed = before.filter(|before| **before != it);
        if let Some(Err(err)) = changed.map(|before| require_open(before, None)) {
            check.note(err, |_| self.columns.caption(Field::No));
        }
        (it, check)
    }

    fn set(
        &self,
        it: &mut segment::Model,
        field: Field,
        text: &str,
        known: &Known,
        check: &mut Check,
    ) {
        let caption = || self.columns.caption(field);
        let code = kind_of(field).and_then(|kind| check.code(caption, text, kind, &known.codes));
        match field {
            Field::No => {}
            Field::Description => {
                it.description = text::tidy(text);
                it.description_fold = it.description.as_deref().map(text::fold);
            }
            Field::Date => it.date = check.keep(caption, value::date(text)).unwrap_or(it.date),
            Field::Campaign => {
                it.campaign_id = check.keep(caption, find::campaign(&known.campaigns, text));
            }
            Field::CampaignTarget => {
                it.campaign_target = check.keep(caption, value::flag_or_blank(text));
            }
            Field::CampaignResponse => {
                it.campaign_response = check.keep(caption, value::flag_or_blank(text));
            }
            Field::Salesperson => it.salesperson = code,
            Field::Template => {
                it.interaction_template =
                    check.keep(caption, find::template(&known.templates, text));
            }
            Field::Group => it.interaction_group = code,
            Field::CorrespondenceType => {
                it.correspondence_type = check.keep(caption, value::correspondence_type(text));
            }
            Field::IgnoreContactCorrespondenceType => {
                it.ignore_contact_correspondence_type = check.keep(caption, value::flag(text));
            }
            Field::Language => it.language = code,
            Field::Subject => it.subject = text::tidy(text),
            Field::UnitCost => it.unit_cost = check.keep(caption, value::number(text)),
            Field::UnitDuration => it.unit_duration_min = check.keep(caption, value::count(text)),
            Field::InformationFlow => {
                it.information_flow = check.keep(caption, value::information_flow(text));
            }
            Field::InitiatedBy => it.initiated_by = check.keep(caption, value::initiated_by(text)),
        }
    }

    fn blank(&self, no: String) -> segment::Model {
        let now = self.context.clock.now();
        segment::Model {
            id: 0,
            no,
            description: None,
            description_fold: None,
            status: SegmentStatus::Open,
            date: self.context.today(),
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
            actor: self.context.actor(),
            created_at: now,
            updated_at: now,
            revision: 1,
            set_revision: 1,
        }
    }
}
