//! What holds for a line: its own values where they are set, else what it inherits. Told twice, for one
//! line in the process and for whole segments in SQL; a test holds the two together.

use chrono::{NaiveDate, NaiveTime};
use sea_orm::{
    ColumnTrait, Condition, IntoSimpleExpr, JoinType, Value,
    sea_query::{CaseStatement, Expr, ExprTrait, Func, IntoCondition, Query, SelectStatement},
};

use super::said::{Heard, Said};
use crate::entity::{
    contact, interaction, interaction_template,
    kinds::{CorrespondenceType, Evaluation, InformationFlow, InitiatedBy},
    segment, segment_line,
};

/// What the lines of a segment inherit from the segment and its template.
///
/// The first that is set wins:
///
/// | value | order |
/// |---|---|
/// | correspondence type | line → segment, if the segment or its template ignores the contact's own → contact → segment → template |
/// | language | line → contact, if the segment or its template has a text in it → segment → template |
/// | salesperson | line → segment → contact |
/// | subject | line → text of the segment in the line's language → segment → text of the template |
/// | body, attachments | line → text of the segment in the line's language → text of the template |
/// | description, date, campaign, target, response, flow, initiator, group, cost, duration | line → segment → template |
/// | evaluation, attempt failed, time, contact via | line |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// The segment's correspondence type, where the contact's own is ignored.
    correspondence_type_forced: Option<CorrespondenceType>,
    correspondence_type: Option<CorrespondenceType>,
    language: Option<String>,
    salesperson: Option<String>,
    said: Said,
    description: Option<String>,
    date: NaiveDate,
    campaign_id: Option<i64>,
    campaign_target: bool,
    campaign_response: bool,
    information_flow: Option<InformationFlow>,
    initiated_by: Option<InitiatedBy>,
    interaction_group: Option<String>,
    unit_cost: i64,
    unit_duration_min: i32,
}

/// What holds for one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    pub correspondence_type: Option<CorrespondenceType>,
    pub language: Option<String>,
    pub salesperson: Option<String>,
    pub subject: Option<String>,
    pub description: Option<String>,
    pub date: NaiveDate,
    pub time: Option<NaiveTime>,
    pub campaign_id: Option<i64>,
    pub campaign_target: bool,
    pub campaign_response: bool,
    pub information_flow: Option<InformationFlow>,
    pub initiated_by: Option<InitiatedBy>,
    pub interaction_group: Option<String>,
    /// In ten-thousandths of the local currency.
    pub unit_cost: i64,
    pub unit_duration_min: i32,
    pub evaluation: Option<Evaluation>,
    pub attempt_failed: bool,
    pub contact_via: Option<String>,
    /// The message whose body it has.
    pub body_message_id: Option<i64>,
    /// The message whose attachments it has.
    pub attachments_message_id: Option<i64>,
}

impl Defaults {
    pub fn new(
        segment: &segment::Model,
        template: Option<&interaction_template::Model>,
        said: Said,
    ) -> Self {
        let ignores = segment.ignore_contact_correspondence_type
            || template.is_some_and(|it| it.ignore_contact_correspondence_type);
        let segment_type = segment.correspondence_type;
        Self {
            correspondence_type_forced: segment_type.filter(|_| ignores),
            correspondence_type: segment_type.or(template.and_then(|it| it.correspondence_type)),
            language: segment.language.clone().or(template.and_then(|it| it.language.clone())),
            salesperson: segment.salesperson.clone(),
            said,
            description: segment
                .description
                .clone()
                .or(template.and_then(|it| it.description.clone())),
            date: segment.date,
            campaign_id: segment.campaign_id.or(template.and_then(|it| it.campaign_id)),
            campaign_target: segment
                .campaign_target
                .unwrap_or(template.is_some_and(|it| it.campaign_target)),
            campaign_response: segment
                .campaign_response
                .unwrap_or(template.is_some_and(|it| it.campaign_response)),
            information_flow: segment
                .information_flow
                .or(template.and_then(|it| it.information_flow)),
            initiated_by: segment.initiated_by.or(template.and_then(|it| it.initiated_by)),
            interaction_group: segment
                .interaction_group
                .clone()
                .or(template.and_then(|it| it.interaction_group.clone())),
            unit_cost: segment.unit_cost.unwrap_or(template.map_or(0, |it| it.unit_cost)),
            unit_duration_min: segment
                .unit_duration_min
                .unwrap_or(template.map_or(0, |it| it.unit_duration_min)),
        }
    }

    /// For a single interaction, which has a template and no segment.
    pub fn of_template(
        template: &interaction_template::Model,
        said: Said,
        date: NaiveDate,
    ) -> Self {
        let ignores = template.ignore_contact_correspondence_type;
        Self {
            correspondence_type_forced: template.correspondence_type.filter(|_| ignores),
            correspondence_type: template.correspondence_type,
            language: template.language.clone(),
            salesperson: None,
            said,
            description: template.description.clone(),
            date,
            campaign_id: template.campaign_id,
            campaign_target: template.campaign_target,
            campaign_response: template.campaign_response,
            information_flow: template.information_flow,
            initiated_by: template.initiated_by,
            interaction_group: template.interaction_group.clone(),
            unit_cost: template.unit_cost,
            unit_duration_min: template.unit_duration_min,
        }
    }

    /// What holds for the line of `contact` with these values of its own.
    pub fn of_line(
        &self,
        line: Option<&segment_line::Model>,
        contact: &contact::Model,
    ) -> Effective {
        let language = self.language_of(line, contact);
        let heard = self.said.to(language.as_deref());
        Effective {
            correspondence_type: line
                .and_then(|it| it.correspondence_type)
                .or(self.correspondence_type_forced)
                .or(contact.correspondence_type)
                .or(self.correspondence_type),
            salesperson: line
                .and_then(|it| it.salesperson.clone())
                .or_else(|| self.salesperson.clone())
                .or_else(|| contact.salesperson.clone()),
            language,
            subject: line.and_then(|it| it.subject.clone()).or(heard.subject),
            body_message_id: line.and_then(|it| it.body_message_id).or(heard.body),
            attachments_message_id: line
                .and_then(|it| it.attachments_message_id)
                .or(heard.attachments),
            description: line
                .and_then(|it| it.description.clone())
                .or_else(|| self.description.clone()),
            interaction_group: line
                .and_then(|it| it.interaction_group.clone())
                .or_else(|| self.interaction_group.clone()),
            date: line.and_then(|it| it.date).unwrap_or(self.date),
            campaign_id: line.and_then(|it| it.campaign_id).or(self.campaign_id),
            campaign_target: line.and_then(|it| it.campaign_target).unwrap_or(self.campaign_target),
            campaign_response: line
                .and_then(|it| it.campaign_response)
                .unwrap_or(self.campaign_response),
            information_flow: line.and_then(|it| it.information_flow).or(self.information_flow),
            initiated_by: line.and_then(|it| it.initiated_by).or(self.initiated_by),
            unit_cost: line.and_then(|it| it.unit_cost).unwrap_or(self.unit_cost),
            unit_duration_min: line
                .and_then(|it| it.unit_duration_min)
                .unwrap_or(self.unit_duration_min),
            evaluation: line.and_then(|it| it.evaluation),
            time: line.and_then(|it| it.time),
            attempt_failed: line.and_then(|it| it.attempt_failed).unwrap_or(false),
            contact_via: line.and_then(|it| it.contact_via.clone()),
        }
    }

    fn language_of(
        &self,
        line: Option<&segment_line::Model>,
        contact: &contact::Model,
    ) -> Option<String> {
        let own = line.and_then(|it| it.language.clone());
        let theirs = || contact.language.clone().filter(|it| self.said.has(it));
        own.or_else(theirs).or_else(|| self.language.clone())
    }

    /// In ten-thousandths of the local currency, of a line without a cost of its own.
    pub fn unit_cost(&self) -> i64 {
        self.unit_cost
    }

    /// Of a line without a duration of its own.
    pub fn unit_duration_min(&self) -> i32 {
        self.unit_duration_min
    }

    /// What the segment and its template say.
    pub fn said(&self) -> &Said {
        &self.said
    }

    /// What holds for each line, as expressions over [`lines`], with the column of an interaction
    /// that gets it.
    pub fn columns(&self) -> [(interaction::Column, Expr); 20] {
        use interaction::Column as To;
        use segment_line::Column as Line;
        let contacts = [col(contact::Column::Salesperson)];
        [
            (To::CorrespondenceType, self.correspondence_type()),
            (To::Salesperson, first(Line::Salesperson, self.salesperson.clone(), contacts)),
            (To::Language, self.language()),
            (To::Subject, self.heard(Line::Subject, |it| it.subject.clone().into())),
            (To::BodyMessageId, self.heard(Line::BodyMessageId, |it| it.body.into())),
            (
                To::AttachmentsMessageId,
                self.heard(Line::AttachmentsMessageId, |it| it.attachments.into()),
            ),
            (To::Description, first(Line::Description, self.description.clone(), [])),
            (
                To::InteractionGroup,
                first(Line::InteractionGroup, self.interaction_group.clone(), []),
            ),
            (To::Date, first(Line::Date, self.date, [])),
            (To::CampaignId, self.campaign_id()),
            (To::CampaignTarget, first(Line::CampaignTarget, self.campaign_target, [])),
            (To::CampaignResponse, first(Line::CampaignResponse, self.campaign_response, [])),
            (To::InformationFlow, first(Line::InformationFlow, self.information_flow, [])),
            (To::InitiatedBy, first(Line::InitiatedBy, self.initiated_by, [])),
            (To::Cost, first(Line::UnitCost, self.unit_cost, [])),
            (To::DurationMin, first(Line::UnitDurationMin, self.unit_duration_min, [])),
            (To::Evaluation, col(Line::Evaluation)),
            (To::Time, col(Line::Time)),
            (To::AttemptFailed, first(Line::AttemptFailed, false, [])),
            (To::ContactVia, col(Line::ContactVia)),
        ]
    }

    /// The campaign of each line, as an expression over [`lines`].
    pub fn campaign_id(&self) -> Expr {
        first(segment_line::Column::CampaignId, self.campaign_id, [])
    }

    /// The campaign of the lines that have none of their own.
    pub fn default_campaign(&self) -> Option<i64> {
        self.campaign_id
    }

    /// The description of the lines that say nothing else.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// Whether the lines that say nothing else are targets of their campaign.
    pub fn is_target_by_default(&self) -> bool {
        self.campaign_target
    }

    /// The lines for which no salesperson is responsible; nothing if there can't be any.
    pub fn without_salesperson(&self) -> Option<Condition> {
        if self.salesperson.is_some() {
            return None;
        }
        let condition = col(segment_line::Column::Salesperson)
            .is_null()
            .and(col(contact::Column::Salesperson).is_null());
        Some(condition.into_condition())
    }

    /// The lines that are to be reached by e-mail, and whose contact has no e-mail address (D19).
    pub fn unreachable(&self) -> Condition {
        self.addressed_by(CorrespondenceType::Email).add(col(contact::Column::Email).is_null())
    }

    /// The lines that are to be reached in this way.
    pub fn addressed_by(&self, way: CorrespondenceType) -> Condition {
        Condition::all().add(self.correspondence_type().eq(way))
    }

    /// The lines that are to be reached in no way.
    pub fn unaddressed(&self) -> Condition {
        Condition::all().add(self.correspondence_type().is_null())
    }

    fn language(&self) -> Expr {
        let languages = self.said.languages();
        if languages.is_empty() {
            return first(segment_line::Column::Language, self.language.clone(), []);
        }
        let theirs = col(contact::Column::Language);
        let theirs = CaseStatement::new().case(theirs.clone().is_in(languages), theirs);
        let all = [col(segment_line::Column::Language), theirs.into()];
        let all = all.into_iter().chain([Expr::val(self.language.clone())]);
        Func::coalesce(all).into()
    }

    /// The line's own value, else what is said to it in its language.
    fn heard(&self, own: segment_line::Column, of: fn(&Heard) -> Value) -> Expr {
        let otherwise = of(&self.said.to(None));
        let language = self.language();
        let mut case: Option<CaseStatement> = None;
        for known in self.said.languages() {
            let value = of(&self.said.to(Some(known)));
            if value != otherwise {
                let is_it = language.clone().eq(known);
                case = Some(case.unwrap_or_default().case(is_it, Expr::val(value)));
            }
        }
        match case {
            None => first(own, otherwise, []),
            Some(case) => {
                Func::coalesce([col(own), case.finally(Expr::val(otherwise)).into()]).into()
            }
        }
    }

    fn correspondence_type(&self) -> Expr {
        let line = segment_line::Column::CorrespondenceType;
        let contact = col(contact::Column::CorrespondenceType);
        first(line, self.correspondence_type_forced, [contact, Expr::val(self.correspondence_type)])
    }
}

impl Effective {
    /// What held for a line when it was logged as this interaction, but for what may be changed of
    /// interactions later.
    pub fn logged(self, row: interaction::Model) -> Self {
        Self {
            subject: row.subject,
            description: row.description,
            date: row.date,
            time: row.time,
            language: row.language,
            salesperson: row.salesperson,
            correspondence_type: row.correspondence_type,
            campaign_id: row.campaign_id,
            information_flow: row.information_flow,
            initiated_by: row.initiated_by,
            interaction_group: row.interaction_group,
            body_message_id: row.body_message_id,
            attachments_message_id: row.attachments_message_id,
            contact_via: row.contact_via,
            ..self
        }
    }
}

/// `FROM contact`, beside each the line's own values in the segment, if there are any.
pub fn lines(segment_id: i64) -> SelectStatement {
    let of_contact = col(segment_line::Column::ContactId).eq(col(contact::Column::Id)).and(
        // A parameter, so that the join stays on the machine that has the contact.
        col(segment_line::Column::SegmentId).eq(segment_id),
    );
    Query::select()
        .from(contact::Entity)
        .join(JoinType::LeftJoin, segment_line::Entity, of_contact)
        .to_owned()
}

/// The column by its table and name.
fn col(column: impl ColumnTrait) -> Expr {
    column.into_simple_expr()
}

/// The line's own value, else the default, else what comes then.
fn first<const N: usize>(
    own: segment_line::Column,
    default: impl Into<Value>,
    then: [Expr; N],
) -> Expr {
    let all = [col(own), Expr::val(default)].into_iter().chain(then);
    Func::coalesce(all).into()
}
