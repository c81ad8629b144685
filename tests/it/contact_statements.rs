//! How many statements a page of contacts takes with all that hangs on them: as many for fifty as
//! for five.

use chrono::NaiveDate;
use serde_json::json;
use urval::domain::demo::{self, Demo};

use crate::{app::both, contact_delete::segment_of};

/// Contacts, companies, three statements for people, two for segments, interactions and their
/// templates, codes of contacts, and the entries of code tables.
const STATEMENTS_MAX: usize = 12;

both! {
    async fn a_page_with_all_that_hangs_on_it_takes_few_statements(app) {
        let until = NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
        let demo = Demo { contacts: 300, seed: 7, until };
        demo::fill(&app.context, &demo, &mut |_| {}).await.unwrap();
        let contacts: Vec<String> = (1..=300).map(|key| format!("contact:{key}")).collect();
        let contacts: Vec<&str> = contacts.iter().map(String::as_str).collect();
        for from in [0, 100, 200] {
            segment_of(&app, &contacts[from..]).await;
        }
        let query = "query($first: Int!) { contacts(first: $first) { nodes { name company { name } \
            mailingGroups { code } industryGroups { code } people(first: 3) { totalCount nodes { name } } \
            segments { no } interactions(first: 3) { nodes { date template { code } salesperson { code } } } } } }";
        let (_, for_few) = app.statements(query, json!({ "first": 5 })).await;
        let (page, for_many) = app.statements(query, json!({ "first": 50 })).await;
        let nodes = page["contacts"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 50);
        for list in ["mailingGroups", "industryGroups", "segments"] {
            assert!(nodes.iter().any(|it| it[list] != json!([])), "{list} are asked for in vain");
        }
        assert!(nodes.iter().any(|it| it["interactions"]["nodes"] != json!([])));
        assert!(nodes.iter().any(|it| it["people"]["totalCount"] != json!(0)));
        assert_eq!(for_few, for_many);
        assert!(for_many <= STATEMENTS_MAX, "{for_many} statements");
    }
}
