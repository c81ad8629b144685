//! The reference of the API, made of the schema: a page for each room.
//!
//! Run with `UPDATE_SCHEMA=1` to write the pages.

use std::{collections::BTreeMap, fs};

use async_graphql::parser::{
    parse_schema,
    types::{TypeDefinition, TypeSystemDefinition},
};

use super::{markdown::Page, pages::Writer};

/// A page: its file, its title, what it is about, and how the names of its types and fields begin. Of
/// several beginnings the longest counts.
pub(super) struct Room {
    pub(super) file: &'static str,
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    names: &'static [&'static str],
}

const CRITERIA: usize = 1;
const COMMON: usize = 8;

pub(super) const ROOMS: [Room; 9] = [
    Room {
        file: "segments.md",
        title: "Segments",
        about: "Named groups of contacts: their steps, their lines, and what is logged of them.",
        names: &[
            "Segment",
            "Selection",
            "Criterion",
            "SavedCriteria",
            "SavedCriterion",
            "SavedStep",
            "LoggedSegment",
            "Step",
            "Operation",
            "NarrowingOptions",
            "OnExisting",
            "FunnelStep",
            "ConditionVerdict",
            "Unreachable",
        ],
    },
    Room {
        file: "criteria.md",
        title: "Criteria",
        about: "Questions about contacts, by which they are selected.",
        names: &[
            "ContactCriteria",
            "Criteria",
            "InteractionCriteria",
            "InteractionAmount",
            "InteractionScope",
            "PurchaseCriteria",
            "PurchaseAmount",
            "PurchaseScope",
            "PurchaseMeasure",
            "OpportunityCriteria",
            "OpportunityAmount",
            "OpportunityMeasure",
            "OpportunityScope",
            "TaskCriteria",
            "TaskMeasure",
            "TaskScope",
            "Measure",
            "PeopleMeasure",
            "Date",
            "RelativeDate",
        ],
    },
    Room {
        file: "contacts.md",
        title: "Contacts",
        about: "Companies and people.",
        names: &[
            "Contact",
            "BusinessRelation",
            "WebSource",
            "CodesInput",
            "PeopleOfDeleted",
            "ImportOnError",
            "AttributeInput",
            "Purchase",
            "AttributeValueInput",
            "CorrespondenceType",
        ],
    },
    Room {
        file: "profiles.md",
        title: "Profiles",
        about: "Questionnaires, and how contacts answer them.",
        names: &["Profile", "ContactProfile"],
    },
    Room {
        file: "interactions.md",
        title: "Interactions",
        about: "What happened between us and contacts, and the templates it is made from.",
        names: &[
            "Interaction",
            "InformationFlow",
            "InitiatedBy",
            "Evaluation",
            "DocumentLink",
            "DocumentRecipient",
            "DeliveryStatus",
            "Attachment",
            "BodyFormat",
            "Template",
            "TextSource",
        ],
    },
    Room {
        file: "opportunities.md",
        title: "Opportunities and tasks",
        about: "What is planned with contacts.",
        names: &["Opportunity", "Opportunities", "Task", "Priority"],
    },
    Room {
        file: "campaigns.md",
        title: "Campaigns",
        about: "Marketing efforts that segments serve.",
        names: &["Campaign"],
    },
    Room {
        file: "setup.md",
        title: "Setup",
        about: "What holds for the whole business, code tables, custom attributes, number series and the \
                audit log.",
        names: &[
            "Code",
            "Attribute",
            "NumberSeries",
            "SeriesKind",
            "Audit",
            "Setup",
            "DocumentTemplate",
            "DocumentType",
        ],
    },
    Room {
        file: "common.md",
        title: "Common types",
        about: "What all rooms share: ids, lists, errors, progress and scalars.",
        names: &[
            "Node",
            "PageInfo",
            "UserError",
            "OrderDirection",
            "OperationProgress",
            "OperationState",
        ],
    },
];

/// The types of the schema, by their names.
pub(super) type Types = BTreeMap<String, TypeDefinition>;

/// The room of a type, or of a field of the roots.
pub(super) fn room(name: &str) -> usize {
    // Tests and ranges of any values.
    if name.ends_with("Test") || name.ends_with("Range") {
        return CRITERIA;
    }
    let scalars =
        ["Date", "DateTime", "Decimal", "Duration", "FilterExpression", "JSON", "Time", "TimeZone"];
    if scalars.contains(&name) || name.ends_with("Connection") || name.ends_with("Edge") {
        return COMMON;
    }
    let (first, rest) = name.split_at(1);
    let name = first.to_uppercase() + rest;
    let begins = |room: &Room| {
        let fitting = room.names.iter().filter(|it| name.starts_with(**it)).map(|it| it.len());
        fitting.max()
    };
    let rooms = ROOMS.iter().enumerate().filter_map(|(index, room)| Some((begins(room)?, index)));
    rooms.max().unwrap_or_else(|| panic!("in which room is {name}?")).1
}

#[test]
fn the_reference_says_what_the_schema_says() {
    let document = parse_schema(urval::graphql::sdl()).unwrap();
    let mut types = Types::new();
    for definition in document.definitions {
        if let TypeSystemDefinition::Type(definition) = definition {
            types.insert(definition.node.name.node.to_string(), definition.node);
        }
    }
    let index = Page::read("docs/README.md").text;
    for (number, room) in ROOMS.iter().enumerate() {
        assert!(index.contains(&format!("(reference/{})", room.file)), "{} is missing", room.file);
        let path = format!("docs/reference/{}", room.file);
        Page::read(&path).expect(&Writer::new(&types).page(number, room), "UPDATE_SCHEMA");
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference");
    assert_eq!(fs::read_dir(folder).unwrap().count(), ROOMS.len());
}

#[test]
fn every_link_of_the_reference_leads_to_a_heading() {
    let anchor = |heading: &str| heading.to_lowercase().replace(' ', "-").replace('`', "");
    let pages: BTreeMap<&str, String> = ROOMS
        .iter()
        .map(|room| (room.file, Page::read(&format!("docs/reference/{}", room.file)).text))
        .collect();
    let mut links = 0;
    for (file, text) in &pages {
        for link in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let (target, place) = link.split_once('#').unwrap_or((link, ""));
            let target = if target.is_empty() { file } else { target };
            if place.is_empty() || target.contains('/') {
                continue;
            }
            let mut headings = pages[target]
                .lines()
                .filter_map(|line| Some(anchor(line.trim_start_matches('#').strip_prefix(' ')?)));
            assert!(headings.any(|it| it == place), "{file}: {link}");
            links += 1;
        }
    }
    assert!(500 < links, "these are not all links: {links}");
}
