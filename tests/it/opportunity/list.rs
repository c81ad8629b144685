//! Lists of opportunities.

use serde_json::json;

use super::opportunity;
use crate::{
    app::both,
    log::{people, stage},
};

both! {
    async fn opportunities_are_filtered_and_paged(app) {
        let contacts = people(&app, &["Ada", "Bo"]).await;
        stage(&app, &[], json!({})).await;
        for (index, priority) in ["LOW", "NORMAL", "HIGH", "HIGH"].into_iter().enumerate() {
            let salesperson = if index % 2 == 0 { "AH" } else { "BC" };
            let more = json!({ "priority": priority, "salesperson": salesperson });
            opportunity(&app, &contacts[index / 2], more).await;
            app.context.clock.advance(chrono::TimeDelta::days(1));
        }
        let nos = async |arguments: &str| -> Vec<String> {
            let data = app.data(&format!("{{ opportunities({arguments}) {{ nodes {{ no }} }} }}"), json!({})).await;
            data["opportunities"]["nodes"].as_array().unwrap().iter().map(|it| it["no"].as_str().unwrap()[7..].to_owned()).collect()
        };
        for (arguments, expected) in [
            ("first: 9", vec!["4", "3", "2", "1"]),
            ("orderBy: DATE_ASC, last: 2", vec!["3", "4"]),
            ("filter: { priority: [HIGH] }", vec!["4", "3"]),
            ("filter: { salesperson: \"ah\" }", vec!["3", "1"]),
            ("filter: { from: \"2026-11-03\", to: \"2026-11-04\" }", vec!["3", "2"]),
            ("filter: { status: [WON, LOST] }", vec![]),
        ] {
            assert_eq!(nos(arguments).await, expected, "{arguments}");
        }
        let page = app.data("{ opportunities(first: 2) { totalCount pageInfo { endCursor } } }", json!({})).await;
        assert_eq!(page["opportunities"]["totalCount"], 4);
        let cursor = &page["opportunities"]["pageInfo"]["endCursor"];
        assert_eq!(nos(&format!("first: 2, after: {cursor}")).await, ["2", "1"]);
        // Those of many contacts come together.
        let query = "query($n: Int!) { contacts(first: $n) { nodes { opportunities(first: 1) { totalCount nodes { no } }
            opportunityStatistics { count } nextTaskDate tasks { totalCount } } } }";
        app.statements(query, json!({ "n": 1 })).await;
        let (_, one) = app.statements(query, json!({ "n": 1 })).await;
        let (_, both) = app.statements(query, json!({ "n": 2 })).await;
        assert_eq!(one, both);
    }
}
