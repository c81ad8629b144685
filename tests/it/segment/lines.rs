use serde_json::{Value, json};

use super::make;
use crate::{
    app::{TestApp, both},
    contact::with,
    template::template,
};

const LINES: &str = "query($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $order: SegmentLineOrder, $filter: ContactCriteria, $step: Int) { segment(id: $id) { lines(first: $first, after: $after, last: $last, before: $before, orderBy: $order, filter: $filter, asOfStep: $step) { totalCount nodes { contact { no } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }";

async fn lines(app: &TestApp, variables: Value) -> Value {
    let response = app.graphql(LINES, variables).await;
    assert!(response.get("errors").is_none(), "{response:#}");
    response["data"]["segment"]["lines"].clone()
}

fn numbers(lines: &Value) -> Vec<u32> {
    let nodes = lines["nodes"].as_array().unwrap().iter();
    nodes.map(|it| it["contact"]["no"].as_str().unwrap()[2..].parse().unwrap()).collect()
}

/// All lines, page by page, forward and then backward.
async fn both_ways(app: &TestApp, id: &str, order: &Value) -> [Vec<u32>; 2] {
    let (mut forward, mut backward) = (Vec::new(), Vec::new());
    let mut after = Value::Null;
    loop {
        let page =
            lines(app, json!({ "id": id, "first": 2, "after": after, "order": order })).await;
        forward.extend(numbers(&page));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    let mut before = Value::Null;
    loop {
        let page =
            lines(app, json!({ "id": id, "last": 2, "before": before, "order": order })).await;
        let mut page_numbers = numbers(&page);
        page_numbers.extend(backward);
        backward = page_numbers;
        before = page["pageInfo"]["startCursor"].clone();
        if page["pageInfo"]["hasPreviousPage"] == false {
            return [forward, backward];
        }
    }
}

both! {
    // ADD-6
    async fn lines_page_in_any_order_forward_and_backward(app) {
        let mut rows: Vec<Value> = (1..=7).map(|id| make::contact(id, None)).collect();
        for (row, (name, city)) in rows.iter_mut().zip([
            ("g", None), ("f", Some("Oslo")), ("e", Some("Bergen")), ("d", None), ("c", Some("oslo")), ("b", Some("Ås")), ("a", None),
        ]) {
            row["name"] = json!(name);
            row["name_fold"] = json!(name);
            row["sort_key"] = json!(format!("key {name}"));
            row["city"] = json!(city);
            row["city_fold"] = json!(city.map(str::to_lowercase));
        }
        make::contacts(&app, &rows).await;
        let id = make::segment(&app).await;
        for keys in [vec![6, 7], vec![1, 5], vec![2, 3, 4]] {
            app.must("segmentAddLines", "", json!({ "segmentId": id, "contactIds": make::ids(keys) })).await;
        }
        app.must("segmentRemoveLines", "", json!({ "segmentId": id, "contactIds": make::ids([6]) })).await;
        app.must("segmentAddLines", "", json!({ "segmentId": id, "contactIds": make::ids([6]) })).await;
        for (by, expected) in [
            ("DEFAULT", vec![7, 6, 5, 4, 3, 2, 1]),
            ("NO", vec![1, 2, 3, 4, 5, 6, 7]),
            ("NAME", vec![7, 6, 5, 4, 3, 2, 1]),
            ("CITY", vec![3, 2, 5, 6, 1, 4, 7]),
            ("ADDED_STEP", vec![7, 1, 5, 2, 3, 4, 6]),
        ] {
            let order = json!({ "by": by });
            assert_eq!(both_ways(&app, &id, &order).await, [expected.clone(), expected.clone()], "{by}");
            let order = json!({ "by": by, "direction": "DESC" });
            let reversed: Vec<u32> = expected.into_iter().rev().collect();
            assert_eq!(both_ways(&app, &id, &order).await, [reversed.clone(), reversed], "{by}");
        }
        let filtered = lines(&app, json!({ "id": id, "filter": { "city": { "eqIgnoreCase": "OSLO" } } })).await;
        assert_eq!((numbers(&filtered), &filtered["totalCount"]), (vec![5, 2], &json!(2)));
        let earlier = lines(&app, json!({ "id": id, "step": 1 })).await;
        assert_eq!(numbers(&earlier), [7, 6]);
        let first = lines(&app, json!({ "id": id, "first": 1 })).await;
        let wrong = json!({ "id": id, "after": first["pageInfo"]["endCursor"], "order": { "by": "ADDED_STEP" } });
        let refused = app.graphql(LINES, wrong).await;
        assert_eq!(refused["errors"][0]["extensions"]["path"], json!(["after"]));
        let refused = app.graphql(LINES, json!({ "id": id, "step": 9 })).await;
        assert_eq!(refused["errors"][0]["extensions"]["path"], json!(["asOfStep"]));
    }

    // SEG-2, SEG-3, SEG-8, LIN-6, GB-2, D2, D6
    async fn lines_inherit_until_they_have_values_of_their_own(app) {
        make::people(&app, 4).await;
        app.must("codeCreate", "", json!({ "kind": "SALESPERSON", "code": "BC" })).await;
        let created = app.must("segmentCreate", "segment { id }", json!({ "description": "All", "unitCost": "2", "unitDurationMin": 3 })).await;
        let id = created["segment"]["id"].as_str().unwrap().to_owned();
        app.must("segmentAddLines", "", json!({ "segmentId": id, "contactIds": make::ids([1, 2, 3]) })).await;
        let set = json!({ "description": "Own", "unitCost": "10.5", "salesperson": "bc", "evaluation": "POSITIVE", "date": "2026-12-01", "correspondenceType": "EMAIL", "campaignTarget": true });
        let input = json!({ "segmentId": id, "lines": { "contactIds": make::ids([1]) }, "set": set });
        let updated = app.must("segmentUpdateLines", "linesCount segment { cost durationMin revision }", input).await;
        assert_eq!(updated, json!({ "linesCount": 1, "segment": { "cost": "14.5", "durationMin": 9, "revision": 3 }, "userErrors": [] }));
        app.must("segmentUpdate", "", json!({ "segmentId": id, "description": "Every", "unitCost": "1" })).await;
        let query = "query($id: ID!) { segment(id: $id) { cost lines(orderBy: { by: NO }) { nodes { description unitCost date salesperson { code } evaluation campaignTarget overridden addedBy { no } } } } }";
        let lines = app.graphql(query, json!({ "id": id })).await;
        assert_eq!(lines["data"]["segment"]["cost"], "12.5");
        let nodes = &lines["data"]["segment"]["lines"]["nodes"];
        assert_eq!(nodes[0], json!({
            "description": "Own", "unitCost": "10.5", "date": "2026-12-01", "salesperson": { "code": "BC" },
            "evaluation": "POSITIVE", "campaignTarget": true,
            "overridden": ["DESCRIPTION", "DATE", "SALESPERSON", "CORRESPONDENCE_TYPE", "CAMPAIGN_TARGET", "UNIT_COST", "EVALUATION"],
            "addedBy": { "no": 1 },
        }));
        assert_eq!(nodes[1]["description"], "Every");
        assert_eq!(nodes[1]["overridden"], json!([]));

        // Values outlast a removal, and count only while the contact is in.
        app.must("segmentRemoveLines", "", json!({ "segmentId": id, "contactIds": make::ids([1]) })).await;
        let cost = "query($id: ID!) { segment(id: $id) { cost } }";
        assert_eq!(app.graphql(cost, json!({ "id": id })).await["data"]["segment"]["cost"], "2");
        app.must("segmentGoBack", "", json!({ "segmentId": id })).await;
        assert_eq!(app.graphql(cost, json!({ "id": id })).await["data"]["segment"]["cost"], "12.5");

        // All of them, and those that match; null inherits again.
        let input = json!({ "segmentId": id, "lines": { "all": true }, "set": { "unitCost": "5" } });
        assert_eq!(app.must("segmentUpdateLines", "linesCount segment { cost }", input).await["segment"]["cost"], "15");
        let input = json!({ "segmentId": id, "lines": { "criteria": { "ids": make::ids([2, 3, 4]) } }, "set": { "unitCost": null } });
        let cleared = app.must("segmentUpdateLines", "linesCount segment { cost revision }", input).await;
        assert_eq!((&cleared["linesCount"], &cleared["segment"]["cost"]), (&json!(2), &json!("7")));
        // Nothing to set is nothing done.
        let revision = cleared["segment"]["revision"].clone();
        for dry in [true, false] {
            let nothing = json!({ "segmentId": id, "lines": { "all": true }, "set": {}, "dryRun": dry });
            let nothing = app.must("segmentUpdateLines", "linesCount segment { revision }", nothing).await;
            assert_eq!(nothing, json!({ "linesCount": 0, "segment": { "revision": revision }, "userErrors": [] }));
        }
        let dry = json!({ "segmentId": id, "lines": { "all": true }, "set": { "unitCost": null }, "dryRun": true });
        assert_eq!(app.must("segmentUpdateLines", "linesCount segment { cost }", dry).await["segment"]["cost"], "7");

        for (lines, set, path) in [
            (json!({ "contactIds": make::ids([1, 4]) }), json!({ "subject": "S" }), json!(["input", "lines", "contactIds", "1"])),
            (json!({ "all": false }), json!({ "subject": "S" }), json!(["input", "lines", "all"])),
            (json!({ "all": true }), json!({ "salesperson": "NO" }), json!(["input", "set", "salesperson"])),
            (json!({ "all": true }), json!({ "unitCost": "-1" }), json!(["input", "set", "unitCost"])),
            (json!({ "all": true }), json!({ "unitCost": "0.00001" }), json!(["input", "set", "unitCost"])),
            (json!({ "all": true }), json!({ "campaignId": "campaign:9" }), json!(["input", "set", "campaignId"])),
            (json!({ "criteria": { "ids": ["segment:1"] } }), json!({}), json!(["input", "lines", "criteria", "ids", "0"])),
        ] {
            let refused = app.mutate("segmentUpdateLines", "", json!({ "segmentId": id, "lines": lines, "set": set })).await;
            assert_eq!(refused["userErrors"][0]["path"], path);
        }
    }

    // SEG-10 to SEG-17, LIN-1, LIN-3, D6: nothing is copied, so another template is seen by every line at once.
    async fn lines_follow_another_template_and_none(app) {
        make::people(&app, 2).await;
        template(&app, json!({ "code": "A", "description": "Letter", "unitCost": "1", "unitDurationMin": 5,
            "informationFlow": "OUTBOUND", "correspondenceType": "EMAIL" })).await;
        template(&app, json!({ "code": "B", "unitCost": "2", "correspondenceType": "EMAIL",
            "ignoreContactCorrespondenceType": true })).await;
        app.must("contactUpdate", "", json!({ "id": "contact:1", "correspondenceType": "HARD_COPY" })).await;
        let created = app.must("segmentCreate", "segment { id }", json!({ "interactionTemplate": "a" })).await;
        let id = created["segment"]["id"].clone();
        app.must("segmentAddLines", "", json!({ "segmentId": id, "contactIds": make::ids([1, 2]) })).await;
        let own = json!({ "segmentId": id, "lines": { "contactIds": make::ids([2]) }, "set": { "unitCost": "9" } });
        app.must("segmentUpdateLines", "", own).await;
        let query = "query($id: ID!) { segment(id: $id) { cost lines(orderBy: { by: NO }) { nodes {
            description unitCost unitDurationMin informationFlow correspondenceType } } } }";
        for (header, cost, first, second) in [
            (json!({}), "10", json!(["Letter", "1", 5, "OUTBOUND", "HARD_COPY"]), json!(["Letter", "9", 5, "OUTBOUND", "EMAIL"])),
            // The contact's own way is ignored only where the segment has one.
            (json!({ "interactionTemplate": "B" }), "11", json!([null, "2", 0, null, "HARD_COPY"]), json!([null, "9", 0, null, "EMAIL"])),
            (json!({ "correspondenceType": "EMAIL", "unitDurationMin": 7 }), "11", json!([null, "2", 7, null, "EMAIL"]), json!([null, "9", 7, null, "EMAIL"])),
            (json!({ "interactionTemplate": null, "correspondenceType": null }), "9", json!([null, "0", 7, null, "HARD_COPY"]), json!([null, "9", 7, null, null])),
        ] {
            app.must("segmentUpdate", "", with(json!({ "segmentId": id }), header.clone())).await;
            let segment = app.data(query, json!({ "id": id })).await["segment"].clone();
            let lines = segment["lines"]["nodes"].as_array().unwrap().iter().map(|it| {
                json!([it["description"], it["unitCost"], it["unitDurationMin"], it["informationFlow"], it["correspondenceType"]])
            });
            assert_eq!(lines.collect::<Vec<_>>(), [first, second], "{header}");
            assert_eq!(segment["cost"], cost, "{header}");
        }
    }

    async fn segments_are_listed_newest_first_and_found_by_text(app) {
        for description in ["Älvor", "Bison", "älvdal"] {
            app.must("segmentCreate", "", json!({ "description": description })).await;
        }
        let query = "query($f: SegmentFilter, $first: Int, $after: String, $o: SegmentOrder! = NEWEST) { segments(filter: $f, first: $first, after: $after, orderBy: $o) { totalCount nodes { no } pageInfo { endCursor hasNextPage } } }";
        let found = app.graphql(query, json!({ "f": { "text": "ÄLV" } })).await;
        assert_eq!(found["data"]["segments"]["nodes"], json!([{ "no": "SM000003" }, { "no": "SM000001" }]));
        assert_eq!(found["data"]["segments"]["totalCount"], 2);
        let page = app.graphql(query, json!({ "first": 2, "o": "OLDEST" })).await;
        assert_eq!(page["data"]["segments"]["nodes"], json!([{ "no": "SM000001" }, { "no": "SM000002" }]));
        let after = &page["data"]["segments"]["pageInfo"]["endCursor"];
        let page = app.graphql(query, json!({ "first": 2, "after": after, "o": "OLDEST" })).await;
        assert_eq!(page["data"]["segments"]["nodes"], json!([{ "no": "SM000003" }]));
        assert_eq!(page["data"]["segments"]["pageInfo"]["hasNextPage"], false);
        let logged = app.graphql(query, json!({ "f": { "status": ["LOGGED"] } })).await;
        assert_eq!(logged["data"]["segments"]["totalCount"], 0);
        let by_no = app.graphql(query, json!({ "f": { "text": "sm000002" } })).await;
        assert_eq!(by_no["data"]["segments"]["totalCount"], 1);
    }

    // D7
    async fn a_logged_segment_can_only_be_read(app) {
        use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
        use urval::{db, domain::Error, entity::segment};
        make::people(&app, 2).await;
        let id = make::segment(&app).await;
        app.must("segmentAddLines", "", json!({ "segmentId": id, "contactIds": make::ids([1]) })).await;
        let key: i64 = id.strip_prefix("segment:").unwrap().parse().unwrap();
        db::write(&app.context.db, &[], async |txn| {
            segment::Entity::update_many()
                .col_expr(segment::Column::Status, Expr::value("LOGGED"))
                .filter(segment::Column::Id.eq(key))
                .exec(txn)
                .await?;
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
        for (name, rest) in [
            ("segmentUpdate", json!({})),
            ("segmentAddLines", json!({ "contactIds": make::ids([2]) })),
            ("segmentRemoveLines", json!({ "contactIds": make::ids([1]), "dryRun": true })),
            ("segmentAddContacts", json!({ "criteria": { "all": [] } })),
            ("segmentReplaceContacts", json!({ "criteria": { "all": [] } })),
            ("segmentClear", json!({})),
            ("segmentClear", json!({ "resetCriteria": true })),
            ("segmentGoBack", json!({})),
            ("segmentGoForward", json!({ "dryRun": true })),
            ("segmentUpdateLines", json!({ "lines": { "all": true }, "set": {} })),
        ] {
            let mut input = rest;
            input["segmentId"] = json!(id);
            let refused = app.mutate(name, "", input).await;
            assert_eq!(refused["userErrors"][0]["code"], "NOT_ALLOWED", "{name}");
            assert_eq!(refused["userErrors"][0]["path"], json!(["input", "segmentId"]), "{name}");
        }
        app.must("segmentSaveCriteria", "", json!({ "segmentId": id, "name": "Kept" })).await;
        assert_eq!(make::set(&app, &id).await, [1]);
    }

    async fn minutes_that_an_int_does_not_hold_are_an_error_and_no_other_number(app) {
        make::people(&app, 4_100).await;
        let year = 365 * 24 * 60;
        let created = app.must("segmentCreate", "segment { id }", json!({ "unitDurationMin": year })).await;
        let id = created["segment"]["id"].as_str().unwrap();
        let all = json!({ "segmentId": id, "criteria": { "all": [] } });
        app.must("segmentAddContacts", "", all).await;
        let query = "query($id: ID!) { segment(id: $id) { durationMin } }";
        let response = app.graphql(query, json!({ "id": id })).await;
        let error = &response["errors"][0];
        let told = format!("They come to {} minutes, more than an Int holds.", 4_100_i64 * year);
        assert_eq!(error["message"], told, "{response}");
        assert_eq!(error["path"], json!(["segment", "durationMin"]));
    }
}
